"""Partners that may be the same: proposed by the machine, decided by people."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..scoring import duplicates
from . import working_table
from .res_partner_record_rights import ALL_CUSTOMERS


class RunwellDuplicate(models.Model):
    """A pair of partners with the reasons why they may be one; kept when people say it is not.

    A row holds for all companies that see both partners.
    """

    _name = "runwell.duplicate"
    _inherit = "runwell.machine.owned"
    _description = "Possible duplicate"
    _order = "score desc, id"
    _rec_name = "partner_id"

    _pair = models.UniqueIndex("(partner_id, other_id)", "A pair is proposed once.")
    _ordered = models.Constraint(
        "CHECK(partner_id < other_id)", "A pair names the older partner first.",
    )

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade",
    )
    other_id = fields.Many2one(
        "res.partner", "Possibly the same", required=True, readonly=True, index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index="btree_not_null", ondelete="cascade",
        help="Empty: both partners are shared by all companies.",
    )
    score = fields.Integer(
        readonly=True, aggregator=None, help="How much speaks for it, up to 100.",
    )
    reasons = fields.Char("Reason codes", readonly=True)
    explanation = fields.Char("Why", compute="_compute_explanation")
    state = fields.Selection(
        [("open", "Proposed"), ("dismissed", "Not a duplicate")], required=True, readonly=True,
        default="open",
    )
    dismissed_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    dismissed_on = fields.Datetime("Decided on", readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Account manager")
    other_user_id = fields.Many2one(related="other_id.user_id", string="Account manager of both")
    city = fields.Char(related="partner_id.city")
    other_city = fields.Char(related="other_id.city", string="City of the other")

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_explanation(self):
        words = {
            "vat": self.env._("same tax id"),
            "registry": self.env._("same registration number"),
            "phone": self.env._("same telephone"),
            "domain": self.env._("same mail domain"),
            "name": self.env._("similar name"),
        }
        for pair in self:
            pair.explanation = ", ".join(
                words[code] for code in (pair.reasons or "").split(",") if code in words
            )

    # Actions

    def action_not_a_duplicate(self):
        """Remember that these are different partners: they are not proposed again.

        :raise AccessError: if neither of the partners is the user's own customer
        """
        self._check_own()
        # sudo: machine-owned; who may was checked above.
        self.sudo()._as_machine().write({
            "state": "dismissed", "dismissed_by_id": self.env.uid,
            "dismissed_on": fields.Datetime.now(),
        })

    def action_propose_again(self):
        """Take back that these are different partners."""
        self._check_own()
        # sudo: see action_not_a_duplicate.
        self.sudo()._as_machine().write({
            "state": "open", "dismissed_by_id": False, "dismissed_on": False,
        })

    def action_merge(self):
        """Open Odoo's own merge with both partners filled in; who ordered more is to stay.

        :raise AccessError: if one of the partners is another account manager's, or the user may
            not merge contacts
        :raise UserError: if people said that they are different
        """
        self.ensure_one()
        self._check_own(both=True)
        if self.state != "open":
            raise UserError(self.env._(
                "Somebody said that these are different partners. Propose them again first."
            ))
        if not self.env["base.partner.merge.automatic.wizard"].has_access("create"):
            raise AccessError(self.env._("You may not merge contacts. Ask a sales supervisor."))
        both = self.partner_id | self.other_id
        kept = both.sorted(lambda partner: (-partner.runwell_score_id.order_count, partner.id))[0]
        return {
            "type": "ir.actions.act_window", "target": "new",
            "res_model": "base.partner.merge.automatic.wizard",
            "name": self.env._("Merge"), "views": [(False, "form")],
            "context": {
                "active_model": "res.partner", "active_ids": both.ids, "runwell_kept_id": kept.id,
            },
        }

    def action_open_partner(self):
        """Open the record of the older partner."""
        return self.partner_id.action_runwell_record()

    def action_open_other(self):
        """Open the record of the other partner."""
        return self.other_id.action_runwell_record()

    @api.model
    def action_refresh(self):
        """Look for duplicates again, now.

        :raise AccessError: if the user is no supervisor
        """
        if not self.env.user.has_group(ALL_CUSTOMERS):
            raise AccessError(self.env._("Only a sales supervisor looks for duplicates again."))
        count = self._refresh()
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s pairs of partners look alike.", count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # Business

    @api.model
    def _cron_refresh(self):
        self._refresh()

    @api.model
    def _refresh(self):
        """Propose anew, in a few statements for all partners; what people said remains.

        :return: the number of pairs that look alike now
        """
        self.env.flush_all()
        cr = self.env.cr
        tables = {}
        for name, query in (
            ("partner", duplicates.partners),
            ("key", lambda: duplicates.keys(tables["partner"])),
            ("word", lambda: duplicates.words(tables["partner"])),
            ("spelling", lambda: duplicates.spellings(tables["partner"])),
            ("candidate", lambda: duplicates.candidates(tables["word"])),
            ("pair", lambda: duplicates.pairs(
                SQL(
                    "%s UNION ALL %s UNION ALL %s", duplicates.same_key(tables["key"]),
                    duplicates.same_words(
                        tables["candidate"], tables["word"], tables["partner"],
                    ),
                    duplicates.misspelt(tables["spelling"]),
                ), tables["partner"],
            )),
        ):
            table = f"runwell_duplicate_{name}_pass"
            working_table.make(cr, table, query())
            working_table.analyse(cr, table)
            tables[name] = SQL.identifier(table)
        cr.execute(SQL(
            """DELETE FROM runwell_duplicate d
                WHERE d.state = 'open' AND NOT EXISTS (
                      SELECT FROM %s p WHERE p.low = d.partner_id AND p.high = d.other_id)""",
            tables["pair"],
        ))
        cr.execute(SQL(
            """
            INSERT INTO runwell_duplicate AS d (
                   partner_id, other_id, company_id, score, reasons, state,
                   create_uid, create_date, write_uid, write_date)
            SELECT low, high, company_id, score, reasons, 'open',
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM %(pairs)s
            ON CONFLICT (partner_id, other_id) DO UPDATE
               SET score = excluded.score, reasons = excluded.reasons,
                   company_id = excluded.company_id
             WHERE (d.score, d.reasons, d.company_id)
                   IS DISTINCT FROM (excluded.score, excluded.reasons, excluded.company_id)
            """,
            pairs=tables["pair"], uid=self.env.uid,
        ))
        self.invalidate_model()
        [(count,)] = self.env.execute_query(SQL("SELECT count(*) FROM %s", tables["pair"]))
        return count

    def _check_own(self, both=False):
        """Raise AccessError unless the user may decide on these pairs.

        :param both: neither partner may be another account manager's
        """
        self.check_access("read")
        user = self.env.user
        if self.env.su or user.has_group(ALL_CUSTOMERS):
            return
        for pair in self:
            managers = pair.partner_id.user_id | pair.other_id.user_id
            if user not in managers or both and managers != user:
                raise AccessError(self.env._(
                    "%(one)s and %(other)s are not both your customers. Ask a sales supervisor.",
                    one=pair.partner_id.display_name, other=pair.other_id.display_name,
                ))

    @api.model
    def _merge_partners(self, sources, kept):
        """Let what people said of merged partners hold for the one that stays."""
        self.flush_model()
        gone = (sources | kept).ids
        self.env.cr.execute(SQL(
            """
            WITH former AS (
                DELETE FROM runwell_duplicate
                 WHERE partner_id = ANY(%(sources)s) OR other_id = ANY(%(sources)s)
                RETURNING *)
            INSERT INTO runwell_duplicate (
                   partner_id, other_id, company_id, score, reasons, state, dismissed_by_id,
                   dismissed_on, create_uid, create_date, write_uid, write_date)
            SELECT DISTINCT ON (1, 2) least(%(kept)s, x.other), greatest(%(kept)s, x.other),
                   f.company_id, f.score, f.reasons, f.state, f.dismissed_by_id, f.dismissed_on,
                   f.create_uid, f.create_date, f.write_uid, f.write_date
              FROM former f
             CROSS JOIN LATERAL (SELECT CASE WHEN f.partner_id = ANY(%(sources)s)
                                             THEN f.other_id ELSE f.partner_id END) x(other)
             WHERE f.state = 'dismissed' AND x.other <> ALL(%(gone)s)
             ORDER BY 1, 2, f.dismissed_on DESC
            ON CONFLICT (partner_id, other_id) DO UPDATE
               SET state = 'dismissed', dismissed_by_id = excluded.dismissed_by_id,
                   dismissed_on = excluded.dismissed_on
            """,
            sources=sources.ids, kept=kept.id, gone=gone,
        ))
        self.invalidate_model()
