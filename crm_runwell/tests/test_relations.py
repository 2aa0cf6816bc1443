from datetime import date

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import AS_OF
from .relation_common import NOON, RelationCase


@tagged("post_install", "-at_install")
class TestRelations(RelationCase):
    """The row of a relation: its gap, its contact rule, who may set it."""

    def gap(self, customer):
        row = self.refresh(customer)
        return row.gap, row.gap_to_min, row.gap_to_ideal, row.gap_text

    def test_gaps_by_hand(self):
        customer = self.worth("Teahouse", 0)
        self.assertEqual(self.gap(customer), ("unset", False, False, "Not set"))
        self.relate(customer, today="reactive")
        self.assertEqual(self.gap(customer), ("no_ideal", False, False, "Reactive"))
        self.relate(customer, ideal="proactive")
        self.assertEqual(
            self.gap(customer), ("below_ideal", False, -2, "Reactive, ideal: Proactive (+2)"),
        )
        self.relate(customer, minimum="accountable")
        self.assertEqual(
            self.gap(customer), ("below_minimum", -1, -2, "Reactive, minimum: Accountable (+1)"),
        )
        self.relate(customer, today="partnership")
        self.assertEqual(
            self.gap(customer), ("above_ideal", 2, 1, "Partnership, ideal: Proactive (-1)"),
        )
        self.relate(customer, today="proactive")
        self.assertEqual(self.gap(customer), ("at_ideal", 1, 0, "Proactive"))

    def test_the_minimum_comes_from_the_grade_until_a_person_sets_it(self):
        customer = self.worth("Teahouse", 0)
        customer.runwell_grade_id = self.env.ref("crm_runwell.grade_partner")
        row = self.refresh(customer)
        self.assertEqual(row.min_relationship_id, self.types["proactive"])
        self.assertEqual(row.ideal_relationship_id, self.types["proactive"])
        self.assertFalse(row.is_ideal_by_hand)
        self.relate(customer, minimum="reactive")
        self.assertEqual(self.relation(customer).min_relationship_id, self.types["reactive"])

    def test_an_ideal_by_hand_overrules_the_matrix(self):
        customer = self.worth("Only one", 1000, 300)
        row = self.refresh(customer)
        # Alone it is few customers, and with itself it earns a medium margin.
        self.assertEqual(row.proposed_type_id, self.types["proactive"])
        self.assertEqual(row.ideal_relationship_id, self.types["proactive"])
        self.relate(customer, ideal="basic")
        row = self.refresh(customer)
        self.assertEqual(row.ideal_relationship_id, self.types["basic"])
        self.assertTrue(row.is_ideal_by_hand)
        self.assertEqual(row.proposed_type_id, self.types["proactive"])

    def test_the_ideal_of_the_matrix_is_not_below_the_minimum(self):
        customer = self.worth("Only one", 1000, 300)
        self.relate(customer, minimum="partnership")
        self.assertEqual(
            self.refresh(customer).ideal_relationship_id, self.types["partnership"],
        )

    def test_an_ideal_below_the_minimum_is_refused(self):
        customer = self.worth("Teahouse", 0)
        with self.assertRaises(ValidationError):
            self.relate(customer, minimum="proactive", ideal="basic")

    def test_contact_rule(self):
        """Proactive: every 30 days."""
        customer, never, ruleless = (
            self.worth(name, 0) for name in ("Touched", "Never", "No rule")
        )
        self.contact(customer, 40)
        self.contact(customer, 100)
        self.relate(customer, today="proactive")
        self.relate(never, today="proactive")
        self.relate(ruleless, today="basic")
        row = self.relation(customer)
        self.assertEqual(str(row.last_touch_on), "2024-05-21")
        self.assertEqual((row.touch_days, row.touch_overdue_days), (30, 10))
        self.assertEqual(row._touch_sentence(), "Not touched for 40 days, rule 30")
        self.assertEqual(self.relation(never).touch_overdue_days, 0)
        with self.at("2024-08-04 12:00:00"):
            self.env["runwell.relation"]._refresh(self.company)
        # 35 days after the type was set.
        self.assertEqual(str(self.relation(never).type_since), AS_OF)
        self.assertEqual(self.relation(never).touch_overdue_days, 5)
        self.assertEqual(self.relation(customer).touch_overdue_days, 45)
        self.assertEqual(self.relation(ruleless).touch_overdue_days, 0)
        self.contact(customer, -30)
        with self.at("2024-08-04 12:00:00"):
            self.env["runwell.relation"]._touched(customer, self.company)
        self.assertEqual(self.relation(customer).touch_overdue_days, 0)

    def test_another_rule_counts_at_once(self):
        customer = self.worth("Teahouse", 0)
        self.contact(customer, 40)
        self.relate(customer, today="proactive")
        with self.at(NOON):
            self.types["proactive"].touch_days = 35
        row = self.relation(customer)
        self.assertEqual((row.touch_days, row.touch_overdue_days), (35, 5))

    def test_a_level_is_of_one_company(self):
        other = self.make_company("Runwell Other", self.foreign)
        customer = self.worth("Teahouse", 0)
        model = self.env["runwell.scoring.model"]._active_of(other)
        self.env["runwell.score"]._as_machine().create({
            "partner_id": customer.id, "company_id": other.id, "as_of": AS_OF,
            "currency_id": other.currency_id.id, "model_id": model.id, "lifecycle": "active",
            "sufficiency": "enough",
        })
        self.relate(customer, today="proactive")
        with self.at(NOON):
            self.env["runwell.relation"]._refresh(self.company + other)
        self.assertEqual(self.relation(customer).level, 4)
        self.assertFalse(self.relation(customer, other).level)
        theirs = self.user("theirs", "sales_team.group_sale_manager", other)
        rows = self.env["runwell.relation"].with_user(theirs).with_context(
            allowed_company_ids=other.ids,
        ).search([("partner_id", "=", customer.id)])
        self.assertEqual(rows.company_id, other)

    def test_rows_of_who_is_no_longer_scored_go(self):
        customer = self.worth("Teahouse", 0)
        self.assertTrue(self.refresh(customer))
        self.env["runwell.score"]._as_machine().search(
            [("partner_id", "=", customer.id)]
        ).unlink()
        self.assertFalse(self.refresh(customer))

    def test_who_sets_a_relationship(self):
        own = self.worth("Own", 0, user_id=self.seller.id)
        others = self.worth("Others'", 0)
        agent = self.user("agent", "crm_runwell.group_service_user,base.group_partner_manager")
        for field in (
            "runwell_relationship_type_id", "runwell_min_relationship_id",
            "runwell_ideal_relationship_id",
        ):
            values = {field: self.types["proactive"].id}
            own.with_user(self.seller).write(values)
            others.with_user(self.supervisor).write(values)
            for user, customer in ((self.seller, others), (agent, own)):
                with self.assertRaises(AccessError):
                    customer.with_user(user).write(values)
        self.refresh()
        opened = {
            user: customer.with_user(user).action_runwell_relationship()["res_model"]
            for user, customer in ((self.seller, own), (agent, own))
        }
        self.assertEqual(opened, {self.seller: "res.partner", agent: "runwell.relation"})
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(agent).create({
                "name": "New", "runwell_relationship_type_id": self.types["basic"].id,
            })

    def test_taking_over_what_is_proposed(self):
        proposed = self.worth("Only one", 1000, 300, user_id=self.seller.id)
        by_hand = self.worth("Prospect", 0, user_id=self.seller.id)
        self.relate(by_hand, today="basic")
        self.refresh()
        rows = (self.relation(proposed) + self.relation(by_hand)).with_user(self.seller)
        rows.action_set_proposed()
        self.assertEqual(proposed.runwell_relationship_type_id, self.types["proactive"])
        self.assertEqual(by_hand.runwell_relationship_type_id, self.types["basic"])
        self.assertEqual(self.relation(proposed).gap, "at_ideal")
        # The machine proposes, and never writes what a person has set.
        self.relate(proposed, today="reactive")
        self.refresh()
        self.assertEqual(proposed.runwell_relationship_type_id, self.types["reactive"])
        with self.assertRaises(UserError):
            self.relation(by_hand).action_set_proposed()

    def test_only_the_machine_writes_rows(self):
        row = self.refresh(self.worth("Teahouse", 0))
        with self.assertRaises(AccessError):
            row.with_user(self.supervisor).write({"gap": "at_ideal"})

    def test_a_new_order_reaches_the_relation(self):
        customer = self.customer("Buys")
        with self.at(NOON):
            order = self.order(customer, "2024-06-01", 700)
            self.run_scoring()
            self.env["runwell.relation"]._refresh(self.company)
            self.assertEqual(self.relation(customer).revenue_12m, 700)
            self.order(customer, "2024-06-02", 300)
            self.env["runwell.score.refresh"]._ask(order)
            self.env["runwell.score"]._refresh_batch(self.company)
        self.assertEqual(self.relation(customer).revenue_12m, 1000)

    def test_merged_customers_have_one_row(self):
        customers = [self.worth(name, 100, 10) for name in ("One", "Same")]
        self.refresh()
        partners = self.env["res.partner"].union(*customers)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            partners.ids, customers[0],
        )
        self.assertLessEqual(len(self.relation(customers[0])), 1)

    def test_chips(self):
        customer = self.worth("Teahouse", 250)
        self.contact(customer, 40)
        self.estimate(customer, 1000)
        self.relate(customer, today="proactive", minimum="partnership")
        chips = {
            chip["key"]: chip for chip in customer._runwell_header_chips()
            if 20 <= chip["sequence"] < 30
        }
        self.assertEqual(chips["relationship"]["value"],
                         "Proactive, minimum: Partnership (+1)")
        self.assertEqual(chips["contact_rule"]["value"], "Not touched for 40 days, rule 30")
        self.assertEqual(chips["share"]["value"], "25\u00a0%")
        for chip in chips.values():
            self.assertTrue(getattr(customer, chip["action"])()["res_model"])
        unscored = self.customer("Unscored")._runwell_header_chips()
        self.assertFalse([chip for chip in unscored if 20 <= chip["sequence"] < 30])

    def test_as_many_queries_for_many(self):
        customers = [self.worth(f"Customer {i}", 100 * i, 10 * i) for i in range(12)]
        self.refresh()
        Relation = self.env["runwell.relation"]

        def cost(ids):
            with self.at(NOON):
                return self.queries(lambda: Relation._refresh(self.company, ids))
        cost(None)
        every = cost(None)
        one, ten = (
            cost([customer.id for customer in customers[:count]]) for count in (1, 10)
        )
        self.assertEqual(one, ten)
        self.env["runwell.score"]._as_machine().search(
            [("partner_id", "in", [customer.id for customer in customers[3:]])]
        ).unlink()
        self.assertEqual(cost(None), every)
        self.assertLessEqual(every, 8)

    def test_a_list_takes_as_many_queries_for_many(self):
        for i in range(12):
            self.worth(f"Customer {i}", 100 * i, 10 * i)
        self.refresh()
        rows = self.env["runwell.relation"].search([("company_id", "=", self.company.id)])
        rows = rows.with_user(self.supervisor)
        names = {
            name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
            for name, field in rows._fields.items() if field.type != "one2many"
        }
        self.queries(lambda: rows.web_read(names))
        self.assertEqual(
            self.queries(lambda: rows.web_read(names)),
            self.queries(lambda: rows[:2].web_read(names)),
        )

    def test_the_lists_open_with_their_filters(self):
        """What the menus ask for can be searched, by whoever sees them."""
        self.estimate(self.worth("Low share", 100, user_id=self.seller.id), 1000)
        self.refresh()
        for name in ("action_relation_gap", "action_relation_share", "action_spend_estimate"):
            action = self.env.ref(f"crm_runwell.{name}")
            arch = etree.fromstring(
                self.env[action.res_model].get_view(action.search_view_id.id, "search")["arch"]
            )
            for user in (self.seller, self.supervisor):
                rows = self.env[action.res_model].with_user(user)
                domain = safe_eval(action.domain or "[]")
                for node in arch.iter("filter"):
                    with self.subTest(name=name, filter=node.get("name")):
                        extra = safe_eval(node.get("domain") or "[]", {"uid": user.id})
                        rows.search(Domain(domain) & Domain(extra), limit=1)
                self.assertTrue(rows.search(domain, limit=1), name)

    def test_the_day_is_the_companys(self):
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        customer = self.worth("Teahouse", 0)
        with self.at("2024-06-30 20:00:00"):
            self.env["runwell.relation"]._refresh(self.company)
        self.assertEqual(self.relation(customer).as_of, date(2024, 7, 1))
