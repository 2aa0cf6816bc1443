from odoo.exceptions import AccessError, UserError
from odoo.fields import Date
from odoo.tests import tagged

from .suggestion_common import TODAY, SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestionOutcome(SuggestionCase):
    """What came of suggestions, and the hit rate of it."""

    def settle(self, day):
        with self.at(f"{day} 03:00:00"):
            count = self.env["runwell.suggestion"]._settle(self.company)
        self.env.invalidate_all()
        return count

    def row(self, product=None, day=TODAY, state="shown", place="order", kind="new", **values):
        """Return a row as the machine keeps it."""
        return self.env["runwell.suggestion"]._as_machine().create({
            "company_id": self.company.id, "partner_id": self.buyer.id, "place": place,
            "product_id": (product or self.cups).id, "kind": kind, "state": state,
            "first_shown_on": day, "last_shown_on": day,
            "hit": {"shown": False, "accepted": 1, "bought": 1}.get(state, 0), **values,
        })

    def buy(self, day, product=None, partner=None, **values):
        return self.order(
            partner or self.buyer, day, lines=[{"product_id": (product or self.cups).id}],
            **values,
        )

    def test_bought_within_sixty_days(self):
        row = self.row()
        self.buy("2024-08-29")
        self.assertEqual(self.settle("2024-08-30"), 1)
        self.assertEqual(
            (row.state, row.hit, str(row.bought_on)), ("bought", 1, "2024-08-29"),
        )

    def test_bought_by_a_contact_of_the_customer(self):
        row = self.row()
        contact = self.env["res.partner"].create({"name": "Contact", "parent_id": self.buyer.id})
        self.buy("2024-07-10", partner=contact)
        self.settle("2024-07-11")
        self.assertEqual(row.state, "bought")

    def test_what_does_not_count(self):
        row = self.row()
        self.buy("2024-06-29")
        self.buy("2024-07-01", self.honey)
        self.buy("2024-07-01", partner=self.customer("Other"))
        self.buy("2024-07-01", state="draft")
        self.buy("2024-08-30")
        self.assertEqual(self.settle("2024-08-29"), 0)
        self.assertEqual(row.state, "shown")
        self.assertEqual(self.settle("2024-08-30"), 1)
        self.assertEqual((row.state, row.hit), ("ignored", 0))

    def test_a_purchase_in_another_company_does_not_count(self):
        other = self.make_company("Runwell Other", self.foreign)
        self.set_rate(self.foreign, 1.0)
        row = self.row()
        self.buy("2024-07-05", company=other)
        self.settle("2024-07-10")
        self.assertEqual(row.state, "shown")

    def test_taken_and_then_bought(self):
        row = self.row(state="accepted")
        self.buy("2024-07-05")
        self.settle("2024-07-10")
        self.assertEqual((row.state, str(row.bought_on)), ("accepted", "2024-07-05"))

    def test_a_purchase_settles_one_try(self):
        """Taken on a quotation and shown again before that was confirmed: one purchase, one hit."""
        taken = self.row(state="accepted", place="customer", day="2024-06-20")
        again = self.row(place="customer", day="2024-06-25")
        elsewhere = self.row(place="portal", day="2024-06-25")
        self.buy("2024-07-05")
        for night in ("2024-07-06", "2024-07-07"):
            self.settle(night)
            self.assertEqual((taken.state, str(taken.bought_on)), ("accepted", "2024-07-05"))
            self.assertEqual((again.state, again.bought_on), ("shown", False))
            self.assertEqual(elsewhere.state, "bought")
        # Another purchase is another hit.
        self.buy("2024-07-20")
        self.settle("2024-07-21")
        self.assertEqual((again.state, str(again.bought_on)), ("bought", "2024-07-20"))

    def test_put_aside_stays_so(self):
        row = self.row(state="dismissed")
        self.buy("2024-07-05")
        self.settle("2024-07-10")
        self.assertEqual((row.state, row.hit), ("dismissed", 0))

    def test_shown_again_after_it_was_closed(self):
        self.row(day="2024-01-01")
        self.settle(TODAY)
        self.offered(self.quotation_of())
        self.assertEqual(
            sorted(self.log(product_id=self.cups.id).mapped("state")), ["ignored", "shown"],
        )

    def test_as_many_queries_for_many(self):
        def cost(count, day):
            for partner in range(count):
                customer = self.customer(f"{day} {partner}")
                self.row(partner_id=customer.id, day=day)
                self.buy("2024-07-05", partner=customer)
            with self.at("2024-07-10 03:00:00"):
                return self.queries(
                    lambda: self.env["runwell.suggestion"]._settle(self.company)
                )

        cost(1, "2024-06-27")
        self.assertEqual(cost(2, "2024-06-28"), cost(12, "2024-06-29"))

    def test_hit_rate(self):
        for place, state, count in (
            ("order", "bought", 6), ("order", "accepted", 6), ("order", "ignored", 26),
            ("order", "dismissed", 2), ("order", "shown", 5), ("portal", "bought", 9),
            ("portal", "ignored", 20),
        ):
            for number in range(count):
                self.row(
                    place=place, state=state, day="2024-05-15" if number % 2 else TODAY,
                    partner_id=self.customer(f"{place} {state} {number}").id,
                )
        rates = self.env["runwell.suggestion"].with_user(self.supervisor).get_hit_rates(12)
        by_place = {row["label"]: row for row in rates["rows"]}
        order, portal = by_place["Order"], by_place["Portal"]
        self.assertEqual((order["shown"], order["decided"], order["hits"]), (45, 40, 12))
        self.assertEqual(order["rate"], 0.3)
        self.assertLess(order["low"], 0.3)
        self.assertGreater(order["high"], 0.3)
        # 29 decided: too few to tell.
        self.assertEqual((portal["decided"], portal["rate"], portal["low"]), (29, None, None))
        self.assertEqual(rates["total"]["decided"], 69)
        months = {row["label"]: row["shown"] for row in rates["months"]}
        self.assertEqual(sum(months.values()), 74)
        self.assertEqual(list(months), ["2024-06", "2024-05"])
        for row in rates["rows"] + rates["months"]:
            domain = rates["domain"] + row["domain"]
            self.assertEqual(self.env["runwell.suggestion"].search_count(domain), row["shown"])
        found = self.env["runwell.suggestion"].formatted_read_group(
            rates["domain"], ["place"], ["hit:avg"],
        )
        self.assertEqual({row["place"]: row["hit:avg"] for row in found}["order"], 0.3)

    def test_hit_rate_of_own_customers(self):
        self.row()
        self.row(partner_id=self.customer("Of a colleague").id)
        Suggestion = self.env["runwell.suggestion"]
        self.assertEqual(Suggestion.with_user(self.seller).get_hit_rates(3)["total"]["shown"], 1)
        self.assertEqual(
            Suggestion.with_user(self.supervisor).get_hit_rates(3)["total"]["shown"], 2,
        )
        with self.assertRaises(UserError):
            Suggestion.get_hit_rates(7)
        employee = self.seller_named("rwn_employee", "base.group_user")
        with self.assertRaises(AccessError):
            Suggestion.with_user(employee).get_hit_rates(3)

    def test_periods(self):
        self.row(day="2024-03-31")
        self.row(day="2024-04-01", product=self.honey)
        rates = self.env["runwell.suggestion"].get_hit_rates
        self.assertEqual([rates(months)["total"]["shown"] for months in (3, 12, 0)], [1, 2, 2])
        self.assertEqual(Date.to_date(TODAY).month, 6)
