from odoo import api, models
from odoo.tools import SQL

#: Models that join their rows themselves, ``_merge_partners(sources, kept)``, before Odoo moves
#: the rest. Odoo looks for unique constraints there, not for unique indexes.
JOINED = [
    "runwell.churn.alert", "runwell.override", "runwell.duplicate", "runwell.pool.notice",
    "runwell.contact.role", "runwell.suggestion",
]
#: Models with one row a partner and key: the survivor's row stays, else the newest one.
UNIQUE = {
    "runwell.score": ("company_id",), "runwell.relation": ("company_id",),
    "runwell.prediction": ("company_id", "as_of"),
}


class BasePartnerMerge(models.TransientModel):
    """Odoo's own merge, with our rows following."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        kept = self.env.context.get("runwell_kept_id")
        if "dst_partner_id" in values and kept in self.env.context.get("active_ids", ()):
            values["dst_partner_id"] = kept
        return values

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Let a supervisor merge a proposed pair although its e-mail addresses differ."""
        self._runwell_check_own(self.env["res.partner"].browse(partner_ids).exists())
        if extra_checks and self._runwell_is_proposed(partner_ids):
            extra_checks = False
        return super()._merge(partner_ids, dst_partner, extra_checks)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self._runwell_join(src_partners, dst_partner)
        (src_partners | dst_partner)._runwell_forget_own_referrers()
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """Take over each company's values that the survivor lacks, an emptied one too."""
        self._runwell_forget_empty(dst_partner)
        result = super()._update_reference_fields(src_partners, dst_partner)
        # Odoo fills the company-dependent values in SQL and would go on with the old ones.
        dst_partner.invalidate_recordset()
        return result

    def _log_merge_operation(self, src_partners, dst_partner):
        result = super()._log_merge_operation(src_partners, dst_partner)
        # Where the survivor is a person of a company, the scores of the others came to that person.
        kept = dst_partner | dst_partner.commercial_partner_id
        # sudo: the scores of the survivor in all companies, whoever merges.
        self.env["runwell.score.refresh"]._ask(self.sudo().env["runwell.score"].search(
            [("partner_id", "in", kept.ids)]
        ))
        return result

    # Business

    @api.model
    def _runwell_check_own(self, partners):
        """Raise AccessError unless these customers are the user's own, or the user a supervisor.

        Merging gives one of them the account manager, the orders and the talk of the others.
        """
        customers = partners.commercial_partner_id
        owned = customers.filtered("user_id")
        owned._runwell_check_own(self.env._("Ask a sales supervisor to merge them."))
        if owned:
            (customers - owned).browse(
                partner.id for partner in (customers - owned)._runwell_pooled()
            )._runwell_check_own("")

    @api.model
    def _runwell_join(self, sources, kept):
        """Join the rows of which a partner may have only one."""
        for name in JOINED:
            self.env[name]._merge_partners(sources, kept)
        for name, key in UNIQUE.items():
            self._runwell_keep_one(name, key, sources, kept)

    @api.model
    def _runwell_keep_one(self, name, key, sources, kept):
        """Delete the rows of the sources that the survivor has, or a newer source.

        :param str name: a model with ``partner_id``
        :param key: the fields of which a partner has only one row each
        """
        model = self.env[name]
        model.flush_model()
        self.env.cr.execute(SQL(
            """
            DELETE FROM %(table)s WHERE id IN (
                SELECT id FROM (
                    SELECT id, row_number() OVER (
                           PARTITION BY %(key)s ORDER BY partner_id <> %(kept)s, id DESC) AS place
                      FROM %(table)s WHERE partner_id = ANY(%(partners)s)) ranked
                 WHERE place > 1)
            """,
            table=SQL.identifier(model._table), kept=kept.id, partners=(sources | kept).ids,
            key=SQL(", ").join(SQL.identifier(column) for column in key),
        ))
        model.invalidate_model()

    @api.model
    def _runwell_forget_empty(self, partner):
        """Drop the values of a partner that a company emptied: they would stay before others'."""
        names = [
            name for name, field in partner._fields.items()
            if field.company_dependent and name.startswith("runwell_")
        ]
        partner.flush_recordset(names)
        self.env.cr.execute(SQL(
            "UPDATE res_partner SET %s WHERE id = %s",
            SQL(", ").join(
                SQL("%s = jsonb_strip_nulls(%s)", SQL.identifier(name), SQL.identifier(name))
                for name in names
            ),
            partner.id,
        ))

    @api.model
    def _runwell_is_proposed(self, partner_ids):
        """Return whether a supervisor merges two partners that are proposed and nobody's login."""
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            return False
        low, *others = sorted(set(partner_ids)) or [False]
        if len(others) != 1 or not self.env["runwell.duplicate"].search_count([
            ("partner_id", "=", low), ("other_id", "=", others[0]), ("state", "=", "open"),
        ], limit=1):
            return False
        # sudo: whether one of them, or a contact of theirs, logs in.
        return not self.env["res.users"].sudo().with_context(active_test=False).search_count(
            [("partner_id", "child_of", [low, *others])], limit=1,
        )
