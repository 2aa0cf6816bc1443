"""What the machine does with churn alerts: raise, close as won back, reopen. Sets, not loops."""

from odoo import api, models
from odoo.tools import SQL, formatLang

from ..scoring.purchases import documents

#: From so many new rows on the statistics of the table are taken anew.
MANY = 1000
#: Overdue invoices of so much of a year's revenue are the main cause; so is a fall to so much.
OVERDUE_SHARE, DECLINE_TO = 0.1, 0.7


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    @api.model
    def _raise_alerts(self, companies=None, partner_ids=None):
        """Close the alerts of customers who ordered again, then warn about those at risk.

        One open alert a customer, company and kind; none is raised anew by a
        silence that a closed alert was about, within the cool-down of the last
        outcome, or while a person muted the customer. Set-based, whatever the
        number. A company that another worker has at this moment is left to it.

        :param companies: ``res.company`` records; None means all
        :param partner_ids: commercial partners whose product categories are looked at, where
            only theirs can have changed; None means all
        :return: the number of alerts raised
        """
        companies = self.env["res.company"].sudo().search([]) if companies is None else companies
        self.env.flush_all()
        raised = 0
        for company in companies:
            # sudo: the scoring model is read by the machine.
            model = self.env["runwell.scoring.model"].sudo()._active_of(company)
            if self.env["runwell.score"]._lock_model(model):
                raised += self._raise_of(company, model, partner_ids)
        return raised

    def _raise_of(self, company, model, partner_ids=None):
        """Do :meth:`_raise_alerts` for one company, whose scoring is locked."""
        policy = self.env["runwell.retention.policy"]._of(company)
        self._reopen_cancelled(company, policy)
        self._close_won_back(company, model)
        self._close_won_back_categories(company, model)
        self._close_left_out(company)
        self._sync_snooze(None, company)
        self._note_complaints(company, policy)
        alerts = self.browse(self._insert_alerts(company, policy))
        if len(alerts) > MANY:
            # Until its own ANALYZE, PostgreSQL takes the table for as small as it was.
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(self._table)))
        self.invalidate_model()
        alerts._assign_work()
        return len(alerts) + self._raise_of_categories(company, model, policy, partner_ids)

    def _insert_alerts(self, company, policy):
        """Insert the warnings of a company; return their ids."""
        rules = self.env["runwell.alert.rule"]._of(company)
        rules = rules._warn_of("customer")
        conditions = [SQL("o.lifecycle = 'at_risk'")] + [
            SQL("(%s)", rule._sql_condition()) for rule in rules
        ]
        codes = ["manual", *rules.mapped("code")]
        override = self.env["runwell.override"]._sql_in_force(company.id, policy._today())
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO runwell_churn_alert (
                   partner_id, company_id, currency_id, user_id, kind, state, rule, cause, priority,
                   raised_on, deadline, model_id, churn_probability, sufficiency, value_class,
                   revenue_at_risk, margin_at_risk, revenue_12m, overdue_amount, last_order_date,
                   silence_days, days_between_orders, expected_order_date, is_held_back, due_on,
                   create_uid, create_date, write_uid, write_date)
            SELECT s.partner_id, s.company_id, s.currency_id, %(owner)s, 'customer', 'warning',
                   CASE %(rule)s END, %(cause)s, CASE WHEN %(complains)s THEN '1' ELSE '0' END,
                   s.as_of, least(%(deadline)s, CASE WHEN %(complains)s THEN s.as_of + 1 END),
                   s.model_id, s.churn_probability, s.sufficiency, s.value_class,
                   s.revenue_at_risk,
                   round((s.churn_probability * s.margin_12m)::numeric, 2), s.revenue_12m,
                   s.overdue_amount, s.last_order_date, s.silence_days, s.days_between_orders,
                   s.expected_order_date, %(held_back)s, s.as_of + m.horizon_days,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM runwell_score s
              JOIN runwell_scoring_model m ON m.id = s.model_id
              LEFT JOIN (%(override)s) o ON o.partner_id = s.partner_id
             WHERE s.company_id = %(company)s AND (%(any_rule)s)
               AND s.last_order_date IS NOT NULL AND o.is_muted IS NOT TRUE
               AND NOT EXISTS (
                   SELECT FROM runwell_churn_alert a
                    WHERE a.partner_id = s.partner_id AND a.company_id = s.company_id
                      AND a.kind = 'customer'
                      AND (a.state IN ('warning', 'suspended')
                           OR a.last_order_date >= s.last_order_date
                           OR a.closed_on + CASE a.state WHEN 'won_back' THEN %(won_back)s
                                                         WHEN 'lost' THEN %(lost)s
                                                         ELSE %(false_alarm)s END > s.as_of))
                ON CONFLICT (partner_id, company_id)
                   WHERE state IN ('warning', 'suspended') AND kind = 'customer' DO NOTHING
            RETURNING id
            """,
            rule=SQL(" ").join(
                SQL("WHEN %s THEN %s", condition, code)
                for condition, code in zip(conditions, codes, strict=True)
            ),
            any_rule=SQL(" OR ").join(conditions), override=override, cause=_cause(),
            complains=_complains(),
            owner=self._sql_owner(company, policy), deadline=self._sql_deadline(policy),
            held_back=_drawn(policy.hold_back_share), company=company.id, uid=self.env.uid,
            won_back=policy.cool_down_won_back, lost=policy.cool_down_lost,
            false_alarm=policy.cool_down_false_alarm,
        ))
        return [id_ for (id_,) in rows]

    def _close_won_back(self, company, model):
        """Close the open alerts whose customer bought after the order they were raised on."""
        self._close_bought_again(
            company, model, "customer", documents, bought=SQL("d.amount > 0"),
            waiting=SQL("s.last_order_date > a.last_order_date"),
        )

    def _close_bought_again(self, company, model, kind, documents_of, bought, waiting=None):
        """Close the open alerts of a kind for which a document came after they were raised.

        :param documents_of: function of a scope that returns SQL of documents
        :param SQL bought: what document ``d`` must be for alert ``a``
        :param SQL waiting: which alerts are looked at, of alert ``a`` and score ``s``; None: all
        """
        found = self.env.execute_query(SQL(
            """SELECT DISTINCT a.partner_id, s.as_of
                 FROM runwell_churn_alert a
                 JOIN runwell_score s
                   ON s.partner_id = a.partner_id AND s.company_id = a.company_id
                WHERE a.company_id = %s AND a.kind = %s
                  AND a.state IN ('warning', 'suspended') AND %s""",
            company.id, kind, waiting or SQL("TRUE"),
        ))
        if not found:
            return
        scope = model._scope(
            max(as_of for _id, as_of in found), [partner_id for partner_id, _as_of in found]
        )
        rows = self.env.execute_query(SQL(
            """
            UPDATE runwell_churn_alert a
               SET state = 'won_back', closed_on = bought.day,
                   won_back_amount = round(bought.amount::numeric, %(digits)s),
                   %(document)s = bought.document_id, loss_proposed_by_id = NULL,
                   loss_proposed_on = NULL,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
              FROM (SELECT DISTINCT ON (a.id) a.id, d.document_id, d.day, d.amount
                      FROM runwell_churn_alert a
                      JOIN (%(documents)s) d
                        ON d.partner_id = a.partner_id AND d.day > a.last_order_date
                       AND %(bought)s
                     WHERE a.company_id = %(company)s AND a.kind = %(kind)s
                       AND a.state IN ('warning', 'suspended')
                     ORDER BY a.id, d.day, d.document_id) bought
             WHERE bought.id = a.id
            RETURNING a.id
            """,
            document=SQL.identifier(
                "won_back_move_id" if scope.source == "invoice" else "won_back_order_id"
            ),
            documents=documents_of(scope), bought=bought, company=company.id, kind=kind,
            uid=self.env.uid, digits=company.currency_id.decimal_places,
        ))
        self.invalidate_model()
        self.browse([id_ for (id_,) in rows])._say_won_back()

    def _say_won_back(self):
        """End the work on alerts that an order won back, and say which."""
        self._end_work()
        self._log(lambda alert: self.env._(
            "Won back by %(document)s, %(amount)s.",
            document=(alert.won_back_order_id or alert.won_back_move_id).name,
            amount=formatLang(
                self.env, alert.won_back_amount, currency_obj=alert.currency_id
            ),
        ))

    def _note_complaints(self, company, policy):
        """Put the complaint first on open alerts whose customer complained since.

        It becomes the main cause, its play takes the place of any other, it is to be acted on
        by tomorrow, and the digest tells of it.
        Once the complaint is answered the alert is as urgent as the others again.
        """
        self.env.cr.execute(SQL(
            """UPDATE runwell_churn_alert s SET priority = '0'
                WHERE s.company_id = %s AND s.state IN ('warning', 'suspended')
                  AND s.kind = 'customer' AND s.priority = '1' AND NOT %s""",
            company.id, _complains(),
        ))
        rows = self.env.execute_query(SQL(
            """
            UPDATE runwell_churn_alert s
               SET cause = 'complaint', priority = '1',
                   assigned_at = now() AT TIME ZONE 'UTC',
                   deadline = least(s.deadline, %(today)s::date + 1),
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
             WHERE s.company_id = %(company)s AND s.state IN ('warning', 'suspended')
               AND s.kind = 'customer' AND s.priority IS DISTINCT FROM '1' AND %(complains)s
            RETURNING id
            """,
            today=policy._today(), company=company.id, uid=self.env.uid, complains=_complains(),
        ))
        self.invalidate_model()
        alerts = self.browse([id_ for (id_,) in rows])
        # Another play waits: the steps of this one begin with the complaint.
        alerts._end_play()
        alerts._assign_work()
        alerts._log(lambda alert: self.env._("The customer complained: settle it first."))

    def _reopen_cancelled(self, company, policy):
        """Reopen what an order won back that was cancelled since.

        The last alert of a customer alone; where a later order stands, the pass
        closes it again by that one.
        """
        today = policy._today()
        rows = self.env.execute_query(SQL(
            """
            UPDATE runwell_churn_alert s
               SET state = CASE WHEN s.worked_on IS NULL THEN 'warning' ELSE 'suspended' END,
                   closed_on = NULL, won_back_amount = NULL, won_back_order_id = NULL,
                   won_back_move_id = NULL, kept_revenue = NULL, escalated_on = NULL,
                   assigned_at = now() AT TIME ZONE 'UTC',
                   orders_after = NULL, revenue_after = NULL,
                   reopen_count = coalesce(s.reopen_count, 0) + 1, deadline = %(deadline)s,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
             WHERE s.company_id = %(company)s AND s.state = 'won_back'
               AND (EXISTS (SELECT FROM sale_order d
                             WHERE d.id = s.won_back_order_id AND d.state <> 'sale')
                    OR s.won_back_amount IS NOT NULL  -- its document was deleted
                       AND s.won_back_order_id IS NULL AND s.won_back_move_id IS NULL
                    OR EXISTS (SELECT FROM account_move d
                                WHERE d.id = s.won_back_move_id AND d.state <> 'posted'))
               AND NOT EXISTS (SELECT FROM runwell_churn_alert later
                                WHERE later.partner_id = s.partner_id AND later.kind = s.kind
                                  AND later.category_id IS NOT DISTINCT FROM s.category_id
                                  AND later.company_id = s.company_id AND later.id <> s.id
                                  AND (later.id > s.id
                                       OR later.state IN ('warning', 'suspended')))
            RETURNING id
            """,
            deadline=self._sql_deadline(policy, SQL("%s::date", today)),
            company=company.id, uid=self.env.uid,
        ))
        self.invalidate_model()
        alerts = self.browse([id_ for (id_,) in rows])
        alerts._assign_work()
        alerts._log(lambda alert: self.env._("Open again: the order was cancelled."))

    def _close_left_out(self, company):
        """Close the open alerts of customers who are no longer to be scored."""
        rows = self.env.execute_query(SQL(
            """
            UPDATE runwell_churn_alert a
               SET state = 'false_alarm', is_left_out = TRUE, closed_on = now()::date, reason = %s,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %s
              FROM res_partner p
             WHERE p.id = a.partner_id AND p.runwell_exclusion IS NOT NULL
               AND a.company_id = %s AND a.state IN ('warning', 'suspended')
            RETURNING a.id
            """,
            self.env._("Left out of the scoring."), self.env.uid, company.id,
        ))
        self.invalidate_model()
        self.browse([id_ for (id_,) in rows])._end_work()

    @api.model
    def _sync_snooze(self, partners, companies):
        """Let the open alerts know until when a person muted their customers.

        :param partners: ``res.partner`` records; None means all of the companies
        """
        for company in companies:
            policy = self.env["runwell.retention.policy"]._of(company)
            rows = self.env.execute_query(SQL(
                """
                UPDATE runwell_churn_alert a SET snoozed_until = o.until
                  FROM runwell_churn_alert b
                  LEFT JOIN (%(override)s) o ON o.partner_id = b.partner_id AND o.is_muted
                 WHERE b.id = a.id AND a.company_id = %(company)s AND %(partners)s
                   AND a.state IN ('warning', 'suspended')
                   AND a.snoozed_until IS DISTINCT FROM o.until
                RETURNING a.id, a.snoozed_until IS NULL
                """,
                override=self.env["runwell.override"]._sql_in_force(company.id, policy._today()),
                company=company.id,
                partners=SQL("TRUE") if partners is None
                else SQL("a.partner_id = ANY(%s)", partners.ids),
            ))
            self.invalidate_model(["snoozed_until"])
            self.browse([id_ for id_, is_awake in rows if not is_awake])._put_to_sleep()
            self.browse([id_ for id_, is_awake in rows if is_awake])._wake_up(policy)

    def _log(self, text):
        """Write a note into the chatter of every alert, in one go.

        :param text: called with an alert, returns its note
        """
        if self:
            self._message_log_batch(bodies={alert.id: text(alert) for alert in self})


def _cause():
    """Return SQL of the main cause of the risk of score ``s``; the first that holds."""
    return SQL(
        """CASE WHEN %s THEN 'complaint'
                WHEN s.overdue_amount > 0 AND s.overdue_amount >= %s * s.revenue_12m THEN 'payment'
                WHEN s.revenue_12m < %s * s.revenue_prior_12m THEN 'decline'
                ELSE 'silence' END""",
        _complains(), OVERDUE_SHARE, DECLINE_TO,
    )


def _complains():
    """Return SQL: the customer of row ``s`` waits for the answer to a complaint."""
    return SQL(
        """EXISTS (SELECT FROM runwell_request r
                    WHERE r.commercial_partner_id = s.partner_id AND r.company_id = s.company_id
                      AND r.request_type = 'complaint' AND r.state IN ('new', 'assigned'))"""
    )


def _drawn(share):
    """Return SQL: the lot fell on the customer of score ``s``, another one each day."""
    return SQL(
        "('x' || left(md5(s.partner_id || ':' || s.as_of), 8))::bit(32)::bigint < %s::float8",
        share * 2 ** 32,
    )
