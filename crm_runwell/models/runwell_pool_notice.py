"""The announcements of the customer pool, and the nightly run that makes them true."""

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..scoring import pool
from . import working_table
from .constants import VALUE_CLASSES

#: The working table of a run.
STANDING = "runwell_pool_standing"
#: Customers that one mail names.
TOP = 25


class RunwellPoolNotice(models.Model):
    """A customer who goes to the pool unless somebody acts: announced once to the manager.

    Stays as a trace: withdrawn by a contact, an order, open work or another manager, or
    come true.
    """

    _name = "runwell.pool.notice"
    _inherit = "runwell.machine.owned"
    _description = "Announced for the customer pool"
    _order = "pool_on, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    _announced_once = models.UniqueIndex("(partner_id) WHERE state = 'announced'")

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "Account manager", required=True, index=True, ondelete="cascade",
        readonly=True,
    )
    state = fields.Selection(
        [("announced", "Announced"), ("withdrawn", "Withdrawn"), ("pooled", "Gone to the pool")],
        required=True, default="announced", readonly=True,
    )
    last_on = fields.Date("Last contact or order", readonly=True)
    announced_on = fields.Date(required=True, readonly=True)
    pool_on = fields.Date("Goes to the pool on", required=True, readonly=True)
    closed_on = fields.Date("Withdrawn or gone on", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    value_class = fields.Selection(VALUE_CLASSES, "Value class", compute="_compute_figures")
    revenue_12m = fields.Monetary("Revenue, 12 months", compute="_compute_figures")

    @api.depends("partner_id", "company_id")
    def _compute_figures(self):
        """Show what the reader may see of the scores, in one query."""
        Score = self.env["runwell.score"]
        found = {
            (score.partner_id, score.company_id): score
            for score in Score.search([("partner_id", "in", self.partner_id.ids)])
        }
        for notice in self:
            score = found.get((notice.partner_id, notice.company_id), Score)
            notice.value_class = score.value_class
            notice.revenue_12m = score.revenue_12m

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    @api.model
    def _cron_run(self):
        """Nightly: withdraw, pool and announce, of all companies in one go."""
        self._run()

    @api.model
    def _run(self, as_of=None, tell=True):
        """Withdraw what was answered, pool what was announced long enough, announce what is new.

        The customers of account managers who have left go at once, whatever the rules.

        Set-based: the number of statements goes by the number of companies and of account
        managers who get a mail or have left, not by the customers. A second run of a day does
        nothing.

        :param as_of: the day in every company; None: today in each
        :param bool tell: whether the managers get their mails
        :return: dict with the numbers ``withdrawn``, ``pooled``, ``announced``
        """
        rules = self._rules(fields.Date.to_date(as_of))
        left = self.env["runwell.handover"]._pool_of_who_left()
        self.env.flush_all()
        working_table.keep(self.env.cr, STANDING, pool.standing(rules))
        today = max(today for _company, today, _days, _announce in rules)
        done = {
            "withdrawn": self._withdraw(today), "pooled": left + self._pool(), "announced": 0,
        }
        self.env.flush_all()
        announced = self._announce()
        if tell:
            self._tell(announced)
        return done | {"announced": len(announced)}

    @api.model
    def _rules(self, as_of=None):
        """Return the rule of every company as tuples, see :func:`.pool.standing`."""
        # sudo: the rules of all companies.
        policies = self.env["runwell.pool.policy"].sudo().search([]).grouped("company_id")
        rules = []
        for company in self.env["res.company"].sudo().search([]):
            policy = policies.get(company)
            day = as_of or (policy and policy.days_untouched and policy._today())
            rules.append((
                company.id, day or fields.Date.today(),
                policy.days_untouched if policy else 0, policy.announce_days if policy else 0,
            ))
        return rules

    def _withdraw(self, today):
        """Withdraw the announcements of customers whom somebody saw to; return how many."""
        self.env.cr.execute(SQL(
            """UPDATE runwell_pool_notice n SET state = 'withdrawn', closed_on = %s
                WHERE n.state = 'announced' AND NOT EXISTS (
                      SELECT FROM %s s
                       WHERE s.partner_id = n.partner_id AND s.user_id = n.user_id)""",
            today, SQL.identifier(STANDING),
        ))
        self.invalidate_model()
        return self.env.cr.rowcount

    def _pool(self):
        """Put into the pool who was announced long enough ago; return how many."""
        rows = self.env.execute_query(SQL(
            """UPDATE runwell_pool_notice n SET state = 'pooled', closed_on = s.today
                 FROM %s s
                WHERE n.state = 'announced' AND s.partner_id = n.partner_id
                  AND s.user_id = n.user_id AND s.is_due AND n.pool_on <= s.today
                  AND n.announced_on + s.announce <= s.today
            RETURNING n.partner_id, n.company_id, s.announce,
                      -- The reason is told in the manager's language: the run's own is nobody's.
                      (SELECT p.lang FROM res_users u JOIN res_partner p ON p.id = u.partner_id
                        WHERE u.id = n.user_id)""",
            SQL.identifier(STANDING),
        ))
        self.invalidate_model()
        together = {}
        for partner_id, *key in rows:
            together.setdefault(tuple(key), []).append(partner_id)
        for (company_id, announce, lang), partner_ids in together.items():
            handover = self.env["runwell.handover"].with_company(company_id).with_context(
                lang=lang or self.env.lang
            )
            handover._hand_over(
                self.env["res.partner"].browse(partner_ids), self.env["res.users"],
                handover.env._(
                    "No contact and no order for too long; announced %s days before.", announce,
                ), "pooled",
            )
        return len(rows)

    def _announce(self):
        """Announce who comes next, once; return the new announcements."""
        rows = self.env.execute_query(SQL(
            """INSERT INTO runwell_pool_notice (
                      partner_id, company_id, user_id, state, last_on, announced_on, pool_on,
                      create_uid, create_date, write_uid, write_date)
               SELECT s.partner_id, s.company_id, s.user_id, 'announced', s.last_on, s.today,
                      greatest(s.pool_on, s.today + s.announce), %(uid)s,
                      now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
                 FROM %(standing)s s
                 JOIN res_partner p ON p.id = s.partner_id AND p.user_id = s.user_id
                   ON CONFLICT (partner_id) WHERE state = 'announced' DO NOTHING
            RETURNING id""",
            uid=self.env.uid, standing=SQL.identifier(STANDING),
        ))
        return self.browse([id_ for (id_,) in rows])

    def _tell(self, notices):
        """Tell each manager of the customers that were announced: by one mail, put into the queue.

        Who has no mail address gets an activity instead.
        """
        letters = {
            user: theirs._letter(user) for user, theirs in notices.grouped("user_id").items()
            if user.active and not user.share
        }
        # sudo: the queue is the machine's.
        mails = self.env["mail.mail"].sudo().create([
            user._runwell_mail(*letter) for user, letter in letters.items() if user.email
        ])
        if mails:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create([
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": user.partner_id.id, "user_id": user.id, "automated": True,
                "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                "summary": subject, "note": body,
                "date_deadline": min(notices.filtered(
                    lambda notice, user=user: notice.user_id == user
                ).mapped("pool_on")),
            }
            for user, (subject, body) in letters.items() if not user.email
        ])
        return mails

    def _letter(self, user):
        """Return subject and body about these announcements, in the reader's language."""
        reader = self.with_context(lang=user.lang, tz=user.tz)
        company = user.company_id
        first = reader.sorted(lambda notice: (notice.pool_on, notice.id))[:TOP]
        subject = reader.env._("Customers about to go to the pool: %s", len(self))
        body = reader.env["ir.qweb"]._render("crm_runwell.pool_mail", {
            "subject": subject, "company": company, "lang": user.lang,
            "base_url": company.get_base_url(),
            "rest": len(self) > TOP and reader.env._("and %s more", len(self) - TOP),
            "rows": [
                {
                    "id": notice.partner_id.id, "customer": notice.partner_id.display_name,
                    "text": reader.env._(
                        "Last contact or order on %(last)s · goes on %(day)s",
                        last=format_date(reader.env, notice.last_on),
                        day=format_date(reader.env, notice.pool_on),
                    ),
                }
                for notice in first
            ],
        })
        return subject, body

    @api.model
    def _merge_partners(self, sources, kept):
        """Keep one open announcement of partners who are about to be merged."""
        # sudo: whoever may merge partners need not see them.
        self.sudo()._as_machine().search([
            ("partner_id", "in", (sources | kept).ids), ("state", "=", "announced"),
        ])[1:].write({"state": "withdrawn", "closed_on": fields.Date.today()})
