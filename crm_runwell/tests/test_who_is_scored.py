from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import AS_OF, RunwellCase


@tagged("post_install", "-at_install")
class TestWhoIsScored(RunwellCase):
    """Customers and prospects; nobody else."""

    def user(self, login, groups):
        return new_test_user(
            self.env, login, groups, company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_an_empty_company(self):
        self.assertEqual(self.run_scoring(), 0)
        self.assertEqual(self.figures(), {})
        self.assertEqual(self.raise_alerts(), 0)
        self.assertEqual(self.scoring.scored_count, 0)
        self.assertTrue(self.scoring.statistics)

    def test_one_customer(self):
        customer = self.customer()
        self.orders(customer, "2024-05-01", "2024-06-01")
        self.assertEqual(self.run_scoring(), 1)
        self.assertEqual(self.score(customer).sufficiency, "few")

    def test_a_partner_without_documents_is_not(self):
        self.assertFalse(self.scored(self.customer()))

    def test_suppliers_only_never(self):
        supplier = self.customer("Supplier", supplier_rank=3)
        self.quotation(supplier)
        self.opportunity(supplier)
        self.assertFalse(self.scored(supplier))

    def test_a_supplier_who_is_invoiced_as_a_customer_too(self):
        supplier = self.customer("Both", supplier_rank=3)
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": supplier.id})
        order = self.order(contact, "2024-05-01")
        self.invoice_order(order, "2024-05-02")
        self.assertEqual(self.scored(supplier).revenue_total, 100.0)

    def test_internal_users_never(self):
        employee = self.user("rw_employee", "base.group_user").partner_id
        self.orders(employee, "2024-05-01")
        self.quotation(employee)
        self.assertFalse(self.scored(employee))

    def test_portal_users_yes(self):
        portal = self.user("rw_portal", "base.group_portal").partner_id
        self.orders(portal, "2024-05-01")
        self.assertTrue(self.scored(portal))

    def test_a_company_with_a_portal_user_yes(self):
        customer = self.customer()
        self.user("rw_portal", "base.group_portal").partner_id.parent_id = customer
        self.orders(customer, "2024-05-01")
        self.assertTrue(self.scored(customer))

    def test_the_company_itself_never(self):
        other = self.make_company("Runwell Other", self.home)
        for partner in (self.company.partner_id, other.partner_id):
            self.orders(partner, "2024-05-01")
        contact = self.env["res.partner"].create({
            "name": "Desk", "parent_id": self.company.partner_id.id,
        })
        self.orders(contact, "2024-05-01")
        self.assertEqual(self.run_scoring(), 0)

    def test_archived_never_and_back_again(self):
        customer = self.customer()
        self.orders(customer, "2024-05-01")
        self.assertTrue(self.scored(customer))
        customer.active = False
        self.assertFalse(self.scored(customer))
        customer.active = True
        self.assertTrue(self.scored(customer))

    def test_a_customer_whose_last_order_is_cancelled(self):
        customer = self.customer()
        order = self.order(customer, "2024-05-01")
        self.assertTrue(self.scored(customer))
        order._action_cancel()
        self.assertFalse(self.scored(customer))

    def test_the_account_manager_is_that_of_the_company(self):
        manager = self.user("rw_manager", "sales_team.group_sale_salesman")
        customer = self.customer(user_id=manager.id)
        self.orders(customer, "2024-05-01")
        self.assertEqual(self.scored(customer).user_id, manager)
        customer.user_id = self.env.user
        self.assertEqual(self.score(customer).user_id, self.env.user)


@tagged("post_install", "-at_install")
class TestProspects(RunwellCase):
    """Never bought, but a quotation or an opportunity is open."""

    def assertProspect(self, customer, yes=True):
        self.assertEqual(self.scored(customer).lifecycle, "prospect" if yes else False)

    def test_a_quotation(self):
        customer = self.customer()
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": customer.id})
        quotation = self.quotation(contact)
        self.assertProspect(customer)
        self.assertFalse(self.score(contact))
        quotation.state = "sent"
        self.assertProspect(customer)
        quotation._action_cancel()
        self.assertProspect(customer, False)

    def test_a_quotation_made_later(self):
        customer = self.customer()
        self.quotation(customer, "2024-07-01")
        self.assertProspect(customer, False)
        self.assertTrue(self.scored(customer, "2024-07-01"))

    def test_an_open_opportunity(self):
        customer = self.customer()
        opportunity = self.opportunity(customer)
        self.assertProspect(customer)
        reason = self.env["crm.lost.reason"].create({"name": "Too far away"})
        opportunity.action_set_lost(lost_reason_id=reason.id)
        self.assertProspect(customer, False)

    def test_a_won_opportunity_is_open_no_more(self):
        customer = self.customer()
        self.opportunity(customer).action_set_won()
        self.assertProspect(customer, False)

    def test_an_archived_opportunity(self):
        customer = self.customer()
        opportunity = self.opportunity(customer)
        opportunity.write({"active": False, "probability": 20})
        self.assertEqual(opportunity.won_status, "pending")
        self.assertProspect(customer, False)

    def test_a_lead_is_no_opportunity(self):
        customer = self.customer()
        self.opportunity(customer, type="lead")
        self.assertProspect(customer, False)

    def test_an_opportunity_made_later(self):
        customer = self.customer()
        self.opportunity(customer, "2024-07-01")
        self.assertProspect(customer, False)

    def test_opportunities_of_no_company_and_of_another(self):
        other = self.make_company("Runwell Other", self.home)
        shared, theirs, both = self.customer(), self.customer(), self.customer()
        self.opportunity(shared, company_id=False)
        self.opportunity(theirs, company_id=other.id)
        self.opportunity(both, company_id=False)
        both.company_id = other
        self.run_scoring()
        self.assertEqual(set(self.figures()), {shared.id})

    def test_a_buyer_with_a_quotation_is_a_buyer(self):
        customer = self.customer()
        self.orders(customer, "2024-06-01")
        self.quotation(customer)
        self.assertEqual(self.scored(customer).lifecycle, "new")


@tagged("post_install", "-at_install")
class TestMergedAndDeleted(RunwellCase):
    """What becomes of the rows of partners that become one, or none."""

    def at_risk(self, name, first="2023-09-01"):
        customer = self.customer(name)
        self.orders(customer, first, "2023-10-01", "2023-11-01", "2023-12-01")
        return customer

    def merge(self, kept, gone):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((kept | gone).ids, kept)

    def rows(self, partner_ids):
        return {
            model: self.env[model].search_count([
                ("partner_id", "in", partner_ids), ("company_id", "=", self.company.id),
            ])
            for model in ("runwell.score", "runwell.score.history", "runwell.churn.alert")
        }

    def test_everything_follows_the_merged_partner(self):
        kept, gone = self.customer("Kept"), self.at_risk("Gone")
        self.run_scoring()
        self.raise_alerts()
        self.assertFalse(self.score(kept))
        alert = self.alerts(gone)
        self.assertTrue(alert)
        self.merge(kept, gone)
        self.assertFalse(gone.exists())
        self.assertEqual(self.rows(kept.ids), {
            "runwell.score": 1, "runwell.score.history": 1, "runwell.churn.alert": 1,
        })
        self.assertEqual(self.alerts(kept), alert)
        self.assertEqual(self.scored(kept).order_count, 4)

    def test_two_that_were_scored_and_warned_about(self):
        kept, gone = self.at_risk("Kept"), self.at_risk("Gone", "2023-08-01")
        self.run_scoring()
        self.assertEqual(self.raise_alerts(), 2)
        self.merge(kept, gone)
        score = self.scored(kept)
        self.assertEqual((score.order_count, score.occasion_count), (8, 5))
        self.assertEqual(str(score.first_order_date), "2023-08-01")
        rows = self.rows(kept.ids + gone.ids)
        self.assertEqual((rows["runwell.score"], rows["runwell.churn.alert"]), (1, 1))
        self.assertEqual(self.raise_alerts(), 0)

    def test_the_work_on_both_is_kept(self):
        """The alert that is worked on stays, with the measures of both; one thing is said."""
        kept, gone = self.at_risk("Kept"), self.at_risk("Gone")
        self.run_scoring()
        self.raise_alerts()
        alert = self.alerts(kept)
        measures = self.tried(alert) + self.tried(self.alerts(gone), "Wrote to them")
        first, last = (
            self.env["runwell.override"].create({
                "partner_id": partner.id, "until": "2100-01-01", "reason": "Agreed",
            })
            for partner in (kept, gone)
        )
        self.merge(kept, gone)
        self.assertEqual(self.alerts(kept), alert)
        self.assertEqual(alert.measure_ids, measures.sorted("id", reverse=True))
        self.assertTrue(first.ended_on)
        self.assertFalse(last.ended_on)
        self.assertEqual(last.partner_id, kept)

    def test_merging_asks_for_nobody_twice(self):
        """A request for the partner that went is settled for the one that stayed."""
        kept, gone = self.at_risk("Kept"), self.at_risk("Gone")
        self.run_scoring()
        self.order(gone, "2024-06-01").action_lock()
        self.env["runwell.score.refresh"]._ask(self.env["sale.order"].search(
            [("partner_id", "=", gone.id)], limit=1,
        ))
        self.merge(kept, gone)
        with self.at(f"{AS_OF} 12:00:00"):
            self.env["runwell.score"]._refresh_batch(self.company)
        self.assertEqual(self.score(kept).order_count, 9)
        self.assertEqual(self.env["runwell.score.refresh"].search_count(
            [("company_id", "=", self.company.id)]), 0)

    def test_a_deleted_partner_leaves_nothing(self):
        customer = self.at_risk("Gone")
        self.run_scoring()
        self.raise_alerts()
        self.env["runwell.score.refresh"]._ask(
            self.env["sale.order"].search([("partner_id", "=", customer.id)])
        )
        self.assertEqual(set(self.rows(customer.ids).values()), {1})
        self.env.cr.execute("DELETE FROM sale_order WHERE partner_id = %s", [customer.id])
        self.env.invalidate_all()
        partner_id = customer.id
        customer.unlink()
        self.assertEqual(set(self.rows([partner_id]).values()), {0})
        self.assertEqual(self.run_scoring(), 0)
