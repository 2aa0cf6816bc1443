"""What is still open: quotations and opportunities of prospects and customers."""

from datetime import timedelta
from random import Random

from .orders import Plan, create_planned, moment

# Every so many active customers, one has an open quotation or opportunity.
QUOTATION_EVERY = 6
OPPORTUNITY_EVERY = 7
ACTIVE = ("steady", "growing", "seasonal", "new")
STAGES = ("crm.stage_lead1", "crm.stage_lead2", "crm.stage_lead3")
SUBJECTS = (
    "Yearly coffee contract",
    "Espresso machines and beans, new branch",
    "Tea range for the winter season",
    "Office pantry, three floors",
)


def create(env, today, world, customers, products, team):
    """Create the open quotations and opportunities, dated within the last weeks."""
    prospects = [customer for customer in customers if customer.behaviour == "prospect"]
    active = [customer for customer in customers if customer.behaviour in ACTIVE]
    plans = [
        _quotation_plan(customer, today, world)
        for customer in prospects[::2] + active[::QUOTATION_EVERY]
    ]
    create_planned(env, plans, world, customers, products, team)
    _create_opportunities(
        env, today, world, team, customers, prospects[1::2] + active[2::OPPORTUNITY_EVERY]
    )


def _quotation_plan(customer, today, world):
    """Plan one open quotation of a customer, one to three weeks old."""
    rng = Random(f"{customer.ref}-quotation")
    age = rng.randint(5, 20)
    return Plan(
        customer=customer,
        company=world.second if customer.company == "second" else world.main,
        moment=moment(today, age, rng),
        age=age,
        value=customer.size,
        state=rng.choice(("draft", "sent")),
        seed=f"{customer.ref}-quotation",
    )


def _create_opportunities(env, today, world, team, customers, chosen):
    """Create one open opportunity for each of the chosen customers."""
    vals_list, moments = [], []
    for customer in chosen:
        rng = Random(f"{customer.ref}-opportunity")
        partner = customers[customer]
        company = world.second if customer.company == "second" else world.main
        subject = rng.choice(SUBJECTS)
        stage = env.ref(rng.choice(STAGES), raise_if_not_found=False)
        vals_list.append(
            {
                "name": f"{partner.name}: {subject}",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": partner.user_id.id,
                "team_id": team.id,
                "company_id": company.id,
                "expected_revenue": round(customer.size * rng.uniform(4, 10), -2),
                "date_deadline": today + timedelta(days=rng.randint(10, 60)),
                **({"stage_id": stage.id} if stage else {}),
            }
        )
        moments.append(moment(today, rng.randint(5, 70), rng))
    leads = env["crm.lead"].create(vals_list)
    leads.flush_recordset()
    for lead, created in zip(leads, moments, strict=True):
        env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [created, lead.id])
    leads.invalidate_recordset(["create_date"])
