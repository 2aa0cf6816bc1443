"""States, classes and groups that several models share."""

LIFECYCLES = [
    ("prospect", "Prospect"), ("new", "New"), ("active", "Active"),
    ("at_risk", "At risk"), ("lost", "Lost"), ("returned", "Returned"),
]
SUFFICIENCIES = [
    ("none", "Never bought"), ("single", "One order"), ("few", "Two orders"),
    ("enough", "Enough history"),
]
VALUE_CLASSES = [
    ("low", "Low value"), ("secondary", "Secondary value"),
    ("potential", "Potential value"), ("high", "High value"),
]
RFM_SEGMENTS = [
    ("champions", "Champions"), ("loyal", "Loyal"),
    ("potential_loyalist", "Potential loyalists"), ("new_customers", "New customers"),
    ("promising", "Promising"), ("need_attention", "Need attention"),
    ("about_to_sleep", "About to sleep"), ("at_risk", "At risk"),
    ("cannot_lose", "Cannot lose them"), ("hibernating", "Hibernating"), ("lost", "Lost"),
]

#: The states in which a churn alert is worked on.
OPEN_STATES = ("warning", "suspended")

#: Who sees margins: see the roles in docs/architecture.md.
MARGIN_GROUPS = (
    "sales_team.group_sale_manager,account.group_account_invoice,crm_runwell.group_executive"
)

#: How many customers there are of such a size, and how much is earned with them: the two
#: sides of the relationship selection matrix.
CROWDS = [("many", "Many customers"), ("medium", "Medium number"), ("few", "Few customers")]
MARGIN_BANDS = [("high", "High margin"), ("medium", "Medium margin"), ("low", "Low margin")]

#: Who may read what we think of a customer, and whom we know there: never the customer.
OURS = "base.group_user"
