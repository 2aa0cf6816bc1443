from odoo.tests import tagged

from ..report.runwell_timeline_source import SOURCES, Reader
from .timeline_common import TimelineCase


@tagged("post_install", "-at_install")
class TestTimelineOfOtherAddons(TimelineCase):
    """What appears once deliveries or mailings are installed; nothing is missed without."""

    def needs(self, model):
        if model not in self.env:
            reader = Reader(self.env)
            self.assertFalse([
                source for source in SOURCES.values()
                if source.model == model and source.is_open_to(reader)
            ])
            self.skipTest(f"{model} is not installed")

    def transfer(self, begin, end, partner=None, code="outgoing", **values):
        """Return a transfer that was done, between places of two usages."""
        kind = self.env["stock.picking.type"].search([
            ("code", "=", code), ("company_id", "=", self.company.id),
        ], limit=1)
        places = {
            usage: self.env["stock.location"].search([
                ("usage", "=", usage), ("company_id", "in", (False, self.company.id)),
            ], limit=1)
            for usage in (begin, end)
        }
        picking = self.env["stock.picking"].create({
            "partner_id": (partner or self.miller).id, "picking_type_id": kind.id, "origin": "S1",
            "location_id": places[begin].id, "location_dest_id": places[end].id, **values,
        })
        self.assertEqual(self.events("delivered", "returned", user=self.keeper), [])
        picking.write({"state": "done", "date_done": "2024-05-15 12:00:00"})
        return picking

    @property
    def keeper(self):
        """Return who sees the transfers."""
        self.supervisor.group_ids += self.env.ref("stock.group_stock_user")
        return self.supervisor

    def test_a_delivery(self):
        self.needs("stock.picking")
        picking = self.transfer("internal", "customer")
        self.assertIsOf(
            self.event("delivered"), picking, kind="delivery", date="2024-05-15 12:00:00",
            title=picking.name, detail="S1",
        )

    def test_what_comes_back(self):
        self.needs("stock.picking")
        picking = self.transfer("customer", "internal", code="incoming")
        self.assertEqual(self.event("returned", user=self.keeper)["res_id"], picking.id)

    def test_what_a_supplier_brings_to_us(self):
        self.needs("stock.picking")
        self.transfer("supplier", "internal", code="incoming")
        self.assertEqual(self.events("delivered", "returned", user=self.keeper), [])

    def test_from_the_supplier_to_the_customer(self):
        self.needs("stock.picking")
        picking = self.transfer("supplier", "customer", code="incoming")
        self.assertEqual(self.event("delivered", user=self.keeper)["res_id"], picking.id)

    def test_for_an_order_it_is_the_customers_though_the_supplier_sends_it(self):
        self.needs("stock.picking")
        if "sale_id" not in self.env["stock.picking"]._fields:
            self.skipTest("transfers do not name their order")
        order, supplier = self.order(self.miller, "2024-05-01"), self.customer("Supplier")
        picking = self.transfer("supplier", "customer", supplier, code="incoming")
        picking.sale_id = order
        self.assertEqual(self.event("delivered", user=self.keeper)["res_id"], picking.id)
        self.assertEqual(
            self.events("delivered", user=self.keeper, customer=supplier), [],
        )

    def mailed(self, record):
        """Return a mailing to a customer or an opportunity, which was opened and clicked."""
        mailing = self.env["mailing.mailing"].create({
            "subject": "New harvest", "body_html": "<p>Hello</p>",
            "mailing_model_id": self.env["ir.model"]._get_id(record._name),
        })
        self.env["mailing.trace"].create({
            "model": record._name, "res_id": record.id, "mass_mailing_id": mailing.id,
            "sent_datetime": "2024-05-16 08:00:00", "open_datetime": "2024-05-16 09:00:00",
            "links_click_datetime": "2024-05-16 10:00:00",
        })
        return mailing

    def test_a_mailing_sent_opened_clicked(self):
        self.needs("mailing.trace")
        mailing = self.mailed(self.miller)
        self.supervisor.group_ids += self.env.ref("mass_mailing.group_mass_mailing_user")
        for name, hour in (
            ("mailing_sent", "08"), ("mailing_opened", "09"), ("mailing_clicked", "10"),
        ):
            self.assertIsOf(
                self.event(name), mailing, kind="mailing", title="New harvest",
                date=f"2024-05-16 {hour}:00:00", contact="Miller",
            )

    def test_a_mailing_to_whoever_sees_the_customer(self):
        """Sales see that it was sent, and open the one it went to: mailings are marketing's."""
        self.needs("mailing.trace")
        self.mailed(self.miller)
        for user in (self.seller, self.supervisor):
            event = self.event("mailing_opened", user=user)
            self.assertEqual((event["title"], event["contact"]), ("New harvest", "Miller"))
            self.assertEqual(
                (event["res_model"], event["res_id"]), ("res.partner", self.miller.id),
            )
            self.assertEqual(
                self.timeline(user).search_count([("kind", "=", "mailing")]), 3,
            )
        other = self.make_company("Runwell Other", self.foreign)
        stranger = self.customer("Stranger", company_id=other.id)
        self.mailed(stranger)
        self.assertEqual(self.timeline(self.seller).search_count([("kind", "=", "mailing")]), 3)

    def test_a_mailing_to_an_opportunity(self):
        self.needs("mailing.trace")
        lead = self.opportunity(self.miller, user_id=self.seller.id)
        self.mailed(lead)
        events = self.events("mailing_sent", "mailing_opened", "mailing_clicked", user=self.seller)
        self.assertEqual(len(events), 3)
        self.assertEqual({event["contact"] for event in events}, {"Miller"})
