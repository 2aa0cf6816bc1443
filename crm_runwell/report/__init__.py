from . import runwell_churn_ledger
from . import runwell_churn_ledger_page
