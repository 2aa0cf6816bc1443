from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report import runwell_timeline_source
from ..report.runwell_timeline_page import COUNTED
from .timeline_common import TimelineCase

#: Many events of one and the same moment.
MOMENT = "2024-05-01 10:00:00"


@tagged("post_install", "-at_install")
class TestTimelinePage(TimelineCase):
    """Pages without gap or repeat, filters, and what a page costs."""

    def fill(self, count=6):
        """Make events of several sources, many of them at the same moment."""
        for number in range(count):
            self.posted(self.mill if number % 2 else self.miller, f"Mail {number}", MOMENT)
            self.order(self.miller, MOMENT if number % 3 else f"2024-05-0{1 + number} 10:00:00")
            self.made_on(self.opportunity(self.mill), "2024-05-01")
            self.invoice(self.mill, "2024-05-01" if number % 2 else f"2024-04-0{1 + number}")

    def walk(self, limit, **options):
        """Return all events page by page."""
        found, before = [], None
        for _page in range(100):
            page = self.page(limit=limit, before=before, **options)
            self.assertLessEqual(len(page["events"]), limit)
            found += page["events"]
            before = page["next"]
            if not before:
                return found
        raise AssertionError("The pages do not end.")

    def test_pages_have_no_gap_and_no_repeat(self):
        self.fill()
        whole = self.events(limit=200)
        ids = [event["id"] for event in whole]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(len(ids), 24)
        for limit in (1, 2, 5, 7, 24):
            with self.subTest(limit=limit):
                self.assertEqual([event["id"] for event in self.walk(limit)], ids)

    def test_pages_are_newest_first_and_the_same_as_the_model(self):
        self.fill()
        rows = self.timeline().search([("commercial_partner_id", "=", self.mill.id)])
        self.assertEqual(rows.ids, [event["id"] for event in self.events(limit=200)])
        self.assertEqual(
            rows.mapped("date"), sorted(rows.mapped("date"), reverse=True),
        )

    def test_the_next_page_is_told_only_where_there_is_one(self):
        self.fill(1)
        self.assertFalse(self.page(limit=4)["next"])
        self.assertTrue(self.page(limit=3)["next"])
        self.assertEqual(self.page(customer=self.customer("Nobody"))["events"], [])

    def test_ids_are_whole_numbers_of_javascript(self):
        self.fill(1)
        for event in self.events():
            self.assertLess(event["id"], 2 ** 53)
        self.assertLess(
            (max(runwell_timeline_source.SOURCES) + 1) * 2 ** runwell_timeline_source.ROW_BITS,
            2 ** 53,
        )

    def test_an_event_between_two_pages_moves_nothing(self):
        self.fill()
        ids = [event["id"] for event in self.events(limit=200)]
        first = self.page(limit=10)
        self.posted(self.mill, "Just now", "2024-06-01 10:00:00")
        second = self.page(limit=14, before=first["next"])
        self.assertEqual([e["id"] for e in first["events"] + second["events"]], ids)

    def test_a_contact_leads_to_the_whole_customer(self):
        self.fill(1)
        self.assertEqual(
            [event["id"] for event in self.events(customer=self.miller)],
            [event["id"] for event in self.events()],
        )

    def test_many_contacts_are_read_alike(self):
        self.fill()
        ids = [event["id"] for event in self.events(limit=200)]
        self.env["res.partner"].create([
            {"name": f"Baker {number}", "parent_id": self.mill.id}
            for number in range(runwell_timeline_source.MANY_CONTACTS)
        ])
        self.assertEqual([event["id"] for event in self.walk(7)], ids)

    def test_kinds(self):
        self.fill(2)
        self.assertEqual(
            {event["kind"] for event in self.walk(2, kinds=["order", "invoice"])},
            {"order", "invoice"},
        )
        self.assertEqual(len(self.walk(3, kinds=["mail"])), 2)

    def test_the_period_is_that_of_the_readers_days(self):
        self.order(self.mill, "2024-05-01 22:30:00")
        self.invoice(self.mill, "2024-05-02")
        days = {"date_from": "2024-05-02", "date_to": "2024-05-02"}
        self.assertEqual([e["event"] for e in self.events(**days)], ["invoice"])
        self.supervisor.tz = "Europe/Brussels"
        self.assertEqual(
            [e["event"] for e in self.events(**days)], ["invoice", "order_confirmed"],
        )
        self.assertEqual(self.events(date_from="2024-05-03"), [])
        self.assertEqual(self.events(date_to="2024-05-01"), [])

    def test_counts_stop_early(self):
        self.fill(2)
        self.assertEqual(
            self.timeline().get_counts(self.mill.id),
            {"mail": 2, "order": 2, "opportunity": 2, "invoice": 2},
        )
        self.assertEqual(
            self.timeline().get_counts(self.mill.id, date_from="2024-05-02"), {},
        )
        self.orders(self.mill, *(f"2023-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(130)))
        self.assertEqual(self.timeline().get_counts(self.mill.id)["order"], COUNTED)

    def test_arguments_are_checked(self):
        for options in (
            {"limit": 0}, {"limit": 201}, {"limit": "40"}, {"kinds": ["gossip"]},
            {"date_from": "yesterday"}, {"before": ["x", 1]}, {"before": 5},
            {"before": ["2024-05-01 10:00:00", "'; --"]},
        ):
            with self.subTest(**options), self.assertRaises(UserError):
                self.page(**options)
        with self.assertRaises(UserError):
            self.timeline().get_page(self.env["res.partner"].search([], order="id desc",
                                                                    limit=1).id + 1000)

    def test_queries_do_not_grow_with_the_events(self):
        def cost():
            timeline = self.timeline()
            timeline.get_page(self.mill.id)
            return self.queries(lambda: timeline.get_page(self.mill.id))

        self.fill(1)
        few = cost()
        self.fill(6)
        self.assertEqual(len(self.events(limit=40)), 28)
        self.assertEqual(cost(), few)
        self.assertLessEqual(few, 30)

    def test_a_page_reads_no_more_than_a_page(self):
        """The statement reads the ends of indexes: no sort of a customer's whole history."""
        self.orders(self.mill, *(f"20{10 + n // 300}-{1 + n % 12:02}-{1 + n % 28:02}"
                                 for n in range(3000)))
        self.env.cr.execute("ANALYZE sale_order")
        timeline = self.timeline()
        page = timeline._page(self.mill, None, None, None, 40)
        [source] = [s for s in timeline._sources(["order"]) if s.number == 50]
        [[plan]] = self.env.execute_query(runwell_timeline_source.SQL(
            "EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) %s",
            source.newest(runwell_timeline_source.Reader(timeline.env), page),
        ))
        self.assertLessEqual(
            max(node["Actual Rows"] for node in nodes(plan[0]["Plan"])), 2 * 41,
        )


def nodes(plan):
    """Yield a plan and all its parts."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)
