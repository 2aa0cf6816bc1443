from . import runwell_order_import
