from . import base_partner_merge
from . import runwell_order_import
