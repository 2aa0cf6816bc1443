from . import base_partner_merge
from . import mail_activity_schedule
from . import runwell_alert_bulk
from . import runwell_alert_bulk_line
from . import runwell_alert_outcome
from . import runwell_order_import
