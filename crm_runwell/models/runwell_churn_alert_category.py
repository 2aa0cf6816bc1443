"""Alerts of kind "category": the customer still buys, but no longer a product category."""

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ..scoring import category
from ..scoring.churn import Parameters
from ..scoring.purchases import category_documents
from . import working_table

STOPPED = "runwell_stopped_pass"


class RunwellChurnAlert(models.Model):
    _inherit = "runwell.churn.alert"

    category_id = fields.Many2one(
        "product.category", "Product category", readonly=True, ondelete="set null",
        index="btree_not_null", help="What the customer no longer buys; empty for other alerts.",
    )
    category_name = fields.Char(
        "Deleted category", readonly=True,
        help="The name of the product category that was deleted since.",
    )
    still_category_id = fields.Many2one(
        "product.category", "Still buys", readonly=True, ondelete="set null",
    )
    taken_over_by_id = fields.Many2one(
        "runwell.churn.alert", "Taken over by", readonly=True, ondelete="set null",
        help="The alert of the customer as a whole, in which this one went up.",
    )

    def _category_evidence(self):
        """Return why an alert of kind "category" was raised; False for the others."""
        # sudo: the names of categories, for whoever may read the alert.
        category = self.sudo().category_id.name or self.category_name
        if self.kind != "category" or not category:
            return False
        values = {
            "category": category,
            "day": format_date(self.env, self.last_order_date),
            "days": formatLang(self.env, self.days_between_orders or 0, digits=0),
        }
        still = self.sudo().still_category_id
        if not still:
            return self.env._(
                "Still buys, but stopped %(category)s: last bought on %(day)s, usually every "
                "%(days)s days.", **values,
            )
        return self.env._(
            "Still buys %(still)s, stopped %(category)s: last bought on %(day)s, usually every "
            "%(days)s days.", still=still.name, **values,
        )

    def _open_category_purchases(self):
        """Open the purchases of the category up to the day of the warning."""
        score = self._score()
        # sudo: which documents count is a setting that a salesperson may not read.
        return score.sudo()._open_bought([
            *score.sudo()._of_category(self.category_id.id),
            *score.sudo()._within(None, self.raised_on),
        ])

    # The machine

    @api.model
    def _keep_category_names(self, categories):
        """Note the names of product categories that are about to be deleted.

        The alerts stay, and with them what became of them; what is open is left to people.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            """UPDATE runwell_churn_alert a SET category_name = category.name
                 FROM product_category category
                WHERE category.id = a.category_id AND category.id = ANY(%s)""",
            categories.ids,
        ))
        self.invalidate_model(["category_name"])

    def _raise_of_categories(self, company, model, policy, partner_ids=None):
        """Warn of categories that stopped; hand over those whose customer is warned about.

        Under the lock of :meth:`_raise_alerts`.

        :param partner_ids: commercial partners to look at; None means all
        :return: the number of alerts raised
        """
        self._hand_over_categories(company)
        rule = self.env["runwell.alert.rule"]._of(company)._warn_of("category")
        [(as_of,)] = self.env.execute_query(SQL(
            "SELECT max(as_of) FROM runwell_score WHERE company_id = %s", company.id,
        ))
        if not rule or not as_of:
            return 0
        scope = model._scope(as_of, partner_ids).without(self._fees_of(company))
        working_table.keep(self.env.cr, STOPPED, category.stopped(scope, rule.bound))
        customers = self.env.execute_query(SQL(
            "SELECT DISTINCT partner_id FROM %s", SQL.identifier(STOPPED),
        ))
        if not customers:
            return 0
        alerts = self.browse(self._insert_categories(
            company, model, policy, scope.of(id_ for (id_,) in customers)
        ))
        self.invalidate_model()
        alerts._assign_work()
        return len(alerts)

    @api.model
    def _fees_of(self, company):
        """Return the ids of the products that are no purchase of their category."""
        return self.env["runwell.product.affinity"]._fee_products(company)

    def _insert_categories(self, company, model, policy, scope):
        """Insert the warnings about the table :data:`STOPPED`; return their ids."""
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO runwell_churn_alert (
                   partner_id, company_id, currency_id, user_id, kind, state, rule, cause, priority,
                   category_id, still_category_id, raised_on, deadline, model_id,
                   churn_probability, sufficiency, value_class, revenue_at_risk, revenue_12m,
                   overdue_amount, last_order_date, silence_days, days_between_orders,
                   expected_order_date, is_held_back, due_on,
                   create_uid, create_date, write_uid, write_date)
            SELECT s.partner_id, s.company_id, s.currency_id, %(owner)s, 'category', 'warning',
                   'category', 'category', '0', c.categ_id, c.still_categ_id, %(as_of)s,
                   %(deadline)s, %(model)s, c.risk, s.sufficiency, s.value_class,
                   round((c.risk * c.revenue_12m)::numeric, %(digits)s),
                   round(c.revenue_12m::numeric, %(digits)s), s.overdue_amount, c.last_day,
                   %(as_of)s::date - c.last_day, c.gap, c.last_day + round(c.gap)::int, FALSE,
                   %(as_of)s::date + %(horizon)s,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM (%(at_risk)s) c
              JOIN runwell_score s ON s.partner_id = c.partner_id AND s.company_id = %(company)s
              LEFT JOIN (%(override)s) o ON o.partner_id = s.partner_id
             WHERE s.lifecycle IN ('new', 'active', 'returned') AND o.is_muted IS NOT TRUE
               AND c.revenue_12m > 0 AND c.revenue_12m >= %(share)s * s.revenue_12m
               AND NOT EXISTS (
                   SELECT FROM runwell_churn_alert a
                    WHERE a.partner_id = s.partner_id AND a.company_id = s.company_id
                      AND (a.kind = 'customer' AND a.state IN ('warning', 'suspended')
                           OR a.kind = 'category' AND a.category_id = c.categ_id
                          AND a.taken_over_by_id IS NULL
                          AND (a.state IN ('warning', 'suspended')
                               OR a.last_order_date >= c.last_day
                               OR a.closed_on + CASE a.state WHEN 'won_back' THEN %(won_back)s
                                                             WHEN 'lost' THEN %(lost)s
                                                             ELSE %(false_alarm)s END
                                  > %(as_of)s)))
                ON CONFLICT (partner_id, company_id, category_id)
                   WHERE state IN ('warning', 'suspended') AND kind = 'category' DO NOTHING
            RETURNING id
            """,
            owner=self._sql_owner(company, policy), as_of=scope.as_of,
            deadline=self._sql_deadline(policy, SQL("%s::date", scope.as_of)), model=model.id,
            digits=company.currency_id.decimal_places, horizon=model.horizon_days,
            uid=self.env.uid, at_risk=category.at_risk(
                scope, SQL.identifier(STOPPED),
                Parameters(model.r, model.alpha, model.a, model.b), model.horizon_days,
            ),
            company=company.id, share=category.REVENUE_SHARE,
            override=self.env["runwell.override"]._sql_in_force(company.id, policy._today()),
            won_back=policy.cool_down_won_back, lost=policy.cool_down_lost,
            false_alarm=policy.cool_down_false_alarm,
        ))
        return [id_ for (id_,) in rows]

    def _hand_over_categories(self, company):
        """Close the alerts about categories of customers who are warned about as a whole."""
        rows = self.env.execute_query(SQL(
            """
            UPDATE runwell_churn_alert a
               SET state = 'false_alarm', is_left_out = TRUE, taken_over_by_id = whole.id,
                   closed_on = greatest(a.raised_on, whole.raised_on), reason = %(reason)s,
                   loss_proposed_by_id = NULL, loss_proposed_on = NULL,
                   write_date = now() AT TIME ZONE 'UTC', write_uid = %(uid)s
              FROM runwell_churn_alert whole
             WHERE whole.partner_id = a.partner_id AND whole.company_id = a.company_id
               AND whole.kind = 'customer' AND whole.state IN ('warning', 'suspended')
               AND a.kind = 'category' AND a.state IN ('warning', 'suspended')
               AND a.company_id = %(company)s
            RETURNING a.id
            """,
            reason=self.env._("The alert about the customer as a whole takes over."),
            uid=self.env.uid, company=company.id,
        ))
        self.invalidate_model()
        alerts = self.browse([id_ for (id_,) in rows])
        alerts._end_work()
        alerts._log(lambda alert: self.env._(
            "The customer as a whole is warned about: that alert takes over."
        ))

    @api.model
    def _close_won_back_categories(self, company, model):
        """Close the open alerts whose category was bought again."""
        self._close_bought_again(
            company, model, "category",
            lambda scope: category_documents(scope.without(self._fees_of(company))),
            bought=SQL("d.categ_id = a.category_id AND d.amount > 0"),
        )
