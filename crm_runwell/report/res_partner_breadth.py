from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _runwell_breadth(self):
        """Return how many products the customer buys, against the benchmark.

        :return: dict ``text``, ``is_far_below``, or False where nothing was bought in a year or
            the reader may not see it
        """
        self.ensure_one()
        Breadth = self.env["runwell.product.breadth"]
        if not Breadth.has_access("read"):
            return False
        row = Breadth.search([
            ("partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "=", self.env.company.id),
        ])
        if not row:
            return False
        return {"text": row._text(), "is_far_below": row.is_far_below}
