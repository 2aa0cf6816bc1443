from . import runwell_churn_ledger
from . import runwell_churn_ledger_page
from . import runwell_timeline_index
from . import runwell_timeline
from . import runwell_timeline_page
from . import runwell_customer_page
from . import runwell_customer_finder
