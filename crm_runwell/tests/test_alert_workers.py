import threading

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, mute_logger

#: Customers at risk in the company that the workers share.
CUSTOMERS = 40
#: What the machine makes of a company when it is first asked for.
SETTINGS = ("runwell.scoring.model", "runwell.retention.policy", "runwell.alert.rule")


@tagged("post_install", "-at_install")
class TestAlertWorkers(BaseCase):
    """Workers at once, and one killed half-way: no alert is lost or doubled, no activity either.

    Real transactions on real connections, so the customers are committed, and taken
    away again afterwards.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self.take_away)
        with self.registry.cursor() as cr:
            self.make(api.Environment(cr, SUPERUSER_ID, {
                "tracking_disable": True, "mail_create_nosubscribe": True,
                "mail_create_nolog": True,
            }))

    def make(self, env):
        """Make customers whose scores say that they are at risk; the rest of the company rests."""
        company = env.ref("base.main_company")
        self.company_id = company.id
        self.had = {
            name: env[name].search([("company_id", "=", company.id)]).ids for name in SETTINGS
        }
        env.cr.execute("SELECT coalesce(max(id), 0) FROM runwell_churn_alert")
        [self.last_alert_id] = env.cr.fetchone()
        model = env["runwell.scoring.model"]._active_of(company)
        self.model_id = model.id
        self.raise_alerts(env)
        manager = env.ref("base.user_admin")
        self.partner_ids = env["res.partner"].create([
            {"name": f"Runwell Worker {number}", "is_company": True, "user_id": manager.id}
            for number in range(CUSTOMERS)
        ]).ids
        env.flush_all()
        env.cr.execute(
            """INSERT INTO runwell_score (partner_id, company_id, currency_id, user_id, as_of,
                      model_id, lifecycle, sufficiency, last_order_date, silence_days,
                      churn_probability, revenue_12m, revenue_prior_12m, overdue_amount,
                      revenue_at_risk, order_count, occasion_count)
               SELECT p.id, c.id, c.currency_id, p.user_id, %(today)s, %(model)s, 'at_risk',
                      'enough', %(today)s::date - 150, 150, 0.8, 100, 100, 0, 80, 5, 5
                 FROM res_partner p, res_company c
                WHERE p.id = ANY(%(partners)s) AND c.id = %(company)s""",
            {"today": model._today(), "model": model.id, "partners": self.partner_ids,
             "company": company.id},
        )

    def take_away(self):
        """Delete what was committed."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for table, model, id_ in (
                ("mail_activity", "res_model", "res_id"), ("mail_message", "model", "res_id"),
                ("mail_followers", "res_model", "res_id"),
            ):
                cr.execute(SQL(
                    "DELETE FROM %s WHERE %s = 'runwell.churn.alert' AND %s > %s",
                    SQL.identifier(table), SQL.identifier(model), SQL.identifier(id_),
                    self.last_alert_id,
                ))
            cr.execute("DELETE FROM runwell_churn_alert WHERE id > %s", [self.last_alert_id])
            for table in ("runwell_score", "runwell_score_refresh", "sale_order"):
                cr.execute(SQL(
                    "DELETE FROM %s WHERE partner_id = ANY(%s)", SQL.identifier(table),
                    self.partner_ids,
                ))
            for name, ids in self.had.items():
                cr.execute(SQL(
                    "DELETE FROM %s WHERE company_id = %s AND id <> ALL(%s)",
                    SQL.identifier(env[name]._table), self.company_id, ids,
                ))
            env["res.partner"].browse(self.partner_ids).unlink()

    def open(self):
        """Return an environment on a connection of its own."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def raise_alerts(self, env):
        return env["runwell.churn.alert"]._raise_alerts(
            env["res.company"].browse(self.company_id)
        )

    def counted(self):
        """Return how many alerts, open alerts, activities and followers stand."""
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT count(*), count(*) FILTER (WHERE state IN ('warning', 'suspended')),
                          (SELECT count(*) FROM mail_activity m
                            WHERE m.res_model = 'runwell.churn.alert'
                              AND m.res_id = ANY(array_agg(a.id))),
                          (SELECT count(*) FROM mail_followers m
                            WHERE m.res_model = 'runwell.churn.alert'
                              AND m.res_id = ANY(array_agg(a.id)))
                     FROM runwell_churn_alert a WHERE partner_id = ANY(%s)""",
                [self.partner_ids],
            )
            return cr.fetchone()

    def at_once(self, work, workers=2):
        """Let workers begin together, each to its commit; return what each returned or raised."""
        start, results = threading.Barrier(workers), [None] * workers

        def run(number):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                cr.execute("SELECT 1")
                start.wait(timeout=60)
                try:
                    results[number] = work(env)
                    env.cr.commit()
                except psycopg2.Error as error:
                    results[number] = error
                    env.cr.rollback()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        self.assertFalse(any(thread.is_alive() for thread in threads))
        return results

    def test_two_raise_at_once(self):
        for _round in range(3):
            with mute_logger("odoo.sql_db"):
                results = self.at_once(self.raise_alerts)
            self.assertEqual(self.counted(), (CUSTOMERS,) * 4)
        self.assertEqual(set(results), {0})

    def test_one_waits_for_nobody(self):
        """While one raises, the other leaves the company alone and says so."""
        first, second = self.open(), self.open()
        self.assertEqual(self.raise_alerts(first), CUSTOMERS)
        self.assertEqual(self.raise_alerts(second), 0)
        second.cr.commit()
        first.cr.commit()
        self.assertEqual(self.counted(), (CUSTOMERS,) * 4)

    def test_without_the_lock_the_database_keeps_them_single(self):
        """Whoever gets past the lock meets the unique index."""
        first, second = self.open(), self.open()
        company = first["res.company"].browse(self.company_id)
        model = first["runwell.scoring.model"].browse(self.model_id)
        self.assertEqual(first["runwell.churn.alert"]._raise_of(company, model), CUSTOMERS)
        found = []

        def late():
            try:
                found.append(second["runwell.churn.alert"]._raise_of(
                    company.with_env(second), model.with_env(second),
                ))
                second.cr.commit()
            except psycopg2.errors.SerializationFailure as error:
                second.cr.rollback()
                found.append(error)

        with mute_logger("odoo.sql_db"):
            thread = threading.Thread(target=late)
            thread.start()
            first.cr.commit()
            thread.join(timeout=60)
        self.assertEqual(len(found), 1)
        self.assertEqual(self.counted(), (CUSTOMERS,) * 4)

    def test_killed_half_way(self):
        """The connection dies after the alerts were written and before the commit."""
        killed = self.open()
        self.assertEqual(self.raise_alerts(killed), CUSTOMERS)
        killed.flush_all()
        killed.cr.execute("SELECT pg_backend_pid()")
        [pid] = killed.cr.fetchone()
        self.assertEqual(self.counted()[0], 0)
        with db_connect("postgres").cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
            self.assertEqual(cr.fetchone(), (True,))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            killed.cr.execute("SELECT 1")
        self.assertEqual(self.counted()[0], 0)
        # The next run finds the company free and does all of it.
        follower = self.open()
        self.assertEqual(self.raise_alerts(follower), CUSTOMERS)
        follower.cr.commit()
        self.assertEqual(self.counted(), (CUSTOMERS,) * 4)

    def test_failed_half_way(self):
        """An error between the alerts and their activities takes both back."""
        env = self.open()
        Alert = env.registry["runwell.churn.alert"]
        follow, fail = Alert._follow, RuntimeError("half-way")

        def broken(*_args):
            raise fail

        Alert._follow = broken
        try:
            with self.assertRaises(RuntimeError):
                self.raise_alerts(env)
        finally:
            Alert._follow = follow
        env.cr.rollback()
        self.assertEqual(self.counted()[0], 0)
        self.assertEqual(self.raise_alerts(env), CUSTOMERS)
        env.cr.commit()
        self.assertEqual(self.counted(), (CUSTOMERS,) * 4)

    def test_two_win_back_at_once(self):
        with self.registry.cursor() as cr:
            self.raise_alerts(api.Environment(cr, SUPERUSER_ID, {}))
        with self.registry.cursor() as cr:
            self.order_again(cr)
        with mute_logger("odoo.sql_db"):
            results = self.at_once(self.raise_alerts, workers=3)
        self.assertIn(0, results)
        alerts, are_open, activities, _followers = self.counted()
        self.assertEqual((alerts, are_open, activities), (CUSTOMERS, 0, 0))
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT a.id, count(m.id), count(DISTINCT a.won_back_order_id)
                     FROM runwell_churn_alert a
                     LEFT JOIN mail_message m ON m.model = 'runwell.churn.alert'
                      AND m.res_id = a.id AND m.body LIKE '%%Won back%%'
                    WHERE a.partner_id = ANY(%s) AND a.state = 'won_back' GROUP BY a.id""",
                [self.partner_ids],
            )
            rows = cr.fetchall()
        self.assertEqual(len(rows), CUSTOMERS)
        self.assertEqual({row[1:] for row in rows}, {(1, 1)})

    def order_again(self, cr):
        """Write an order of today for every customer, and score them as if refreshed."""
        cr.execute(
            """INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id,
                      company_id, currency_id, currency_rate, state, date_order, create_date,
                      amount_untaxed, amount_total)
               SELECT 'RW', p.id, p.id, p.id, c.id, c.currency_id, 1, 'sale',
                      now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 10, 10
                 FROM res_partner p, res_company c WHERE p.id = ANY(%s) AND c.id = %s""",
            [self.partner_ids, self.company_id],
        )
        cr.execute(
            """UPDATE runwell_score SET last_order_date = as_of, lifecycle = 'returned'
                WHERE partner_id = ANY(%s)""",
            [self.partner_ids],
        )
