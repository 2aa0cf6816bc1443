from . import runwell_churn_ledger
from . import runwell_churn_ledger_page
from . import runwell_product_breadth
from . import res_partner_breadth
from . import runwell_suggestion_rate
