import random
from datetime import datetime, timedelta

import pytz

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.working_time import WorkingTime, days_off, reached, worked
from .common import RunwellCase

ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
NOW = datetime(2024, 6, 30, 12)


@tagged("post_install", "-at_install")
class TestSlaTime(RunwellCase):
    """Working time reckoned in SQL agrees with ``plan_hours``, whatever the calendar."""

    def calendar(self, zone="UTC", days=range(5), hours=((8, 12), (13, 17)), leaves=(), **values):
        """Return a calendar of these hours on these days; leaves are pairs of moments in UTC."""
        return self.env["resource.calendar"].create({
            "name": zone, "tz": zone, "company_id": self.company.id,
            "attendance_ids": [Command.clear()] + [
                Command.create({
                    "name": "x", "dayofweek": str(day), "hour_from": start, "hour_to": stop,
                    "day_period": "morning", **week,
                })
                for day in days for start, stop in hours
                for week in ([{}] if not values.get("two_weeks_calendar") else
                             [{"week_type": "0"}] if day % 2 else [{"week_type": "1"}])
            ],
            "global_leave_ids": [
                Command.create({"name": "x", "date_from": start, "date_to": stop})
                for start, stop in leaves
            ],
            **values,
        })

    def deadlines(self, calendar, asked, as_table=False, now=NOW):
        """Return the deadlines of (naive start, hours) by one statement."""
        line = WorkingTime(self.env, now)
        low = min([start for start, _hours in asked])
        line.add(self.company, calendar, low, max(hours for _start, hours in asked) * 3600)
        clock = SQL("a")
        total = SQL("%s + a.seconds * 1000000", worked(clock, SQL("a.start")))
        rows = self.env.execute_query(SQL(
            """WITH %s
               SELECT %s FROM (SELECT %s AS company_id, %s AS calendar_id, x.*
                                 FROM unnest(%s::timestamp[], %s::bigint[]) WITH ORDINALITY
                                      AS x(start, seconds, n)) a ORDER BY a.n""",
            line.source(as_table), reached(clock, total), self.company.id, calendar.id or 0,
            [start for start, _hours in asked], [round(hours * 3600) for _start, hours in asked],
        ))
        return [deadline for [deadline] in rows]

    def planned(self, calendar, start, hours):
        found = calendar.plan_hours(
            hours, start, compute_leaves=True, domain=days_off(self.company),
        )
        return found and found.replace(microsecond=0)

    def check(self, calendar, asked, **options):
        for (start, hours), found in zip(
            asked, self.deadlines(calendar, asked, **options), strict=True,
        ):
            expected = self.planned(calendar, start, hours)
            with self.subTest(tz=calendar.tz, start=start, hours=hours):
                self.assertTrue(expected)
                self.assertLessEqual(abs(found - expected), timedelta(seconds=1))

    def local(self, zone, *moment):
        """Return a local moment as naive UTC."""
        return pytz.timezone(zone).localize(datetime(*moment)).astimezone(
            pytz.utc
        ).replace(tzinfo=None)

    def test_any_calendar_agrees_with_plan_hours(self):
        rng = random.Random(19)
        for turn in range(24):
            hours = []
            at = rng.randrange(0, 40) / 4
            while at < 23 and len(hours) < 3:
                stop = min(at + rng.randrange(1, 30) / 4, 24)
                hours.append((at, stop))
                at = stop + rng.randrange(1, 12) / 4
            leaves = []
            for _leave in range(rng.randrange(4)):
                begin = NOW + timedelta(minutes=rng.randrange(-200 * 1440, 60 * 1440))
                leaves.append((begin, begin + timedelta(minutes=rng.randrange(30, 12 * 1440))))
            calendar = self.calendar(
                ZONES[turn % len(ZONES)], rng.sample(range(7), rng.randrange(1, 8)), hours,
                leaves, two_weeks_calendar=turn % 3 == 0,
            )
            asked = [
                (NOW - timedelta(seconds=rng.randrange(300 * 86_400)), rng.randrange(1, 400) / 4)
                for _start in range(25)
            ]
            self.check(calendar, asked, as_table=turn % 2 == 1)

    def test_starts_within_an_hour_that_is_told_twice_or_not_at_all(self):
        for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"):
            calendar = self.calendar(zone, range(7), ((0, 24),))
            asked = [
                (datetime(2024, month, day, hour, minute), hours)
                for month, days in ((3, (9, 10, 30, 31)), (4, (6, 7)), (10, (5, 6, 26, 27)),
                                    (11, (2, 3)))
                for day in days for hour in (0, 1, 2, 6, 7, 22) for minute in (0, 30)
                for hours in (0.5, 30)
            ]
            self.check(calendar, asked, now=datetime(2024, 12, 1))

    def test_spring_and_autumn_by_hand(self):
        """Eight hours from Friday 15:00 in Berlin end on Monday 15:00, on either clock."""
        calendar = self.calendar("Europe/Berlin")
        for friday, monday in (
            ((2024, 3, 29, 15), (2024, 4, 1, 15)), ((2024, 10, 25, 15), (2024, 10, 28, 15)),
        ):
            start = self.local("Europe/Berlin", *friday)
            [found] = self.deadlines(calendar, [(start, 8)], now=start)
            self.assertEqual(found, self.local("Europe/Berlin", *monday))
        # Around the clock a night is an hour shorter, or longer, than the wall says.
        night = self.calendar("Europe/Berlin", range(7), ((0, 24),))
        [spring, autumn] = self.deadlines(night, [
            (self.local("Europe/Berlin", 2024, 3, 30, 22), 8),
            (self.local("Europe/Berlin", 2024, 10, 26, 22), 8),
        ], now=datetime(2024, 11, 1))
        self.assertEqual(spring, self.local("Europe/Berlin", 2024, 3, 31, 7))
        self.assertEqual(autumn, self.local("Europe/Berlin", 2024, 10, 27, 5))

    def test_east_of_utc(self):
        """Monday 8:00 in Shanghai is midnight UTC: the working day is Monday's, not Sunday's."""
        calendar = self.calendar("Asia/Shanghai")
        found = self.deadlines(calendar, [
            (datetime(2024, 7, 1, 0), 4), (datetime(2024, 6, 30, 20), 1),
            (datetime(2024, 7, 5, 8), 2),
        ], now=datetime(2024, 7, 1))
        self.assertEqual(found, [
            self.local("Asia/Shanghai", 2024, 7, 1, 12),
            self.local("Asia/Shanghai", 2024, 7, 1, 9),
            self.local("Asia/Shanghai", 2024, 7, 8, 9),
        ])

    def test_days_off(self):
        """A leave of the calendar, or of everybody in the company, is no working time."""
        calendar = self.calendar(leaves=[("2024-07-02 00:00:00", "2024-07-02 23:59:59")])
        monday = datetime(2024, 7, 1, 15)
        self.assertEqual(self.deadlines(calendar, [(monday, 4)]), [datetime(2024, 7, 3, 10)])
        Leave = self.env["resource.calendar.leaves"]
        values = {"name": "All", "calendar_id": False,
                  "date_from": "2024-07-03 00:00:00", "date_to": "2024-07-03 23:59:59"}
        Leave.create(values)
        self.assertEqual(self.deadlines(calendar, [(monday, 4)]), [datetime(2024, 7, 4, 10)])
        # Training is work; another company's holiday is not ours.
        elsewhere = self.make_company("Elsewhere", self.foreign)
        values |= {"date_from": "2024-07-04 00:00:00", "date_to": "2024-07-04 23:59:59"}
        Leave.create(values | {"time_type": "other"})
        Leave.create(values).company_id = elsewhere
        self.assertEqual(self.deadlines(calendar, [(monday, 4)]), [datetime(2024, 7, 4, 10)])

    def test_no_calendar_is_around_the_clock(self):
        none = self.env["resource.calendar"]
        asked = [(datetime(2024, 6, 29, 23, 30), 4), (datetime(2023, 1, 1), 100.5)]
        self.assertEqual(self.deadlines(none, asked), [
            start + timedelta(hours=hours) for start, hours in asked
        ])

    def test_no_hours_no_deadline(self):
        """Where plan_hours returns False there is no deadline, and it is found out soon."""
        start = datetime(2024, 6, 28, 9)
        for calendar in (
            self.calendar(days=()),
            self.calendar(leaves=[("2024-01-01 00:00:00", "2034-01-01 00:00:00")]),
        ):
            self.assertIs(self.planned(calendar, start, 8), False)
            self.assertEqual(self.deadlines(calendar, [(start, 8)]), [None])

    def test_closed_for_half_a_year(self):
        """The look ahead goes on until it holds enough hours."""
        calendar = self.calendar(leaves=[("2024-06-01 00:00:00", "2024-12-31 23:59:59")])
        self.check(calendar, [(datetime(2024, 6, 28, 9), 8), (datetime(2024, 5, 31, 9), 80)])

    def test_flexible_hours_are_the_same_whenever_asked(self):
        calendar = self.calendar(
            schedule_type="flexible", hours_per_day=6, full_time_required_hours=30,
        )
        self.assertTrue(calendar.flexible_hours)
        start = datetime(2024, 6, 26, 10)
        [alone] = self.deadlines(calendar, [(start, 8)], now=start)
        later = self.deadlines(calendar, [(datetime(2024, 2, 3), 1), (start, 8)])[1]
        self.assertEqual(alone, later)
        # Six hours around noon: 10 to 15 leaves three of the eight for the next day.
        self.assertEqual(alone, datetime(2024, 6, 27, 12))
