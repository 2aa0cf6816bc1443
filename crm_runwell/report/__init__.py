from . import runwell_churn_ledger
from . import runwell_churn_ledger_page
from . import runwell_pool
from . import runwell_referral
