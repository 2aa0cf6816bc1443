from . import base_partner_merge
from . import runwell_order_import
from . import runwell_request_document
from . import runwell_request_entry
from . import runwell_request_merge
from . import runwell_request_step
