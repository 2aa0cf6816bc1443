from odoo import models


class ProductCategory(models.Model):
    _inherit = "product.category"

    def unlink(self):
        """Let alerts about the categories keep their names."""
        # The categories below them go along.
        below = self.search([("id", "child_of", self.ids)])
        # sudo: whoever may delete a category need not see the alerts.
        self.env["runwell.churn.alert"].sudo()._keep_category_names(self | below)
        return super().unlink()
