from unittest.mock import patch

from odoo.tests import Form, tagged

from .suggestion_common import SuggestionCase

#: What the form of an order shows of ours, besides widgets that ask after it stands.
OURS = {"runwell_risk_note", "runwell_request_count"}


@tagged("post_install", "-at_install")
class TestOrderCosts(SuggestionCase):
    """Tracking and next products cost the form and the confirmation of an order nothing."""

    def test_the_form_reads_no_more_fields(self):
        view = self.env["sale.order"].get_view(self.env.ref("sale.view_order_form").id)
        shown = {
            name for name in view["models"]["sale.order"] if name.startswith("runwell_")
        }
        self.assertLessEqual(shown, OURS)
        for name in ("runwell_order_tracking", "runwell_next_products"):
            self.assertIn(f'name="{name}"', view["arch"])

    def test_the_form_notes_nothing(self):
        with patch.object(
            self.env.registry["runwell.product.affinity"], "_suggest", side_effect=AssertionError,
        ), Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.partner_id = self.buyer
            with form.order_line.new() as line:
                line.product_id = self.tea
        self.assertFalse(self.log())

    def test_confirming_asks_for_nothing_of_it(self):
        """One query of ours, that of the refresh of the score: see test_query_counts."""
        order = self.quotation_of()
        self.offered(order)
        with (
            patch.object(self.env.registry["runwell.suggestion"], "_settle",
                         side_effect=AssertionError),
            patch.object(self.env.registry["sale.order"], "_runwell_facts",
                         side_effect=AssertionError),
        ):
            order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_panel_takes_as_many_queries_for_a_long_order(self):
        def cost(count):
            order = self.order(
                self.buyer, "2024-06-30 09:00:00", state="draft", user_id=self.seller.id,
                lines=[
                    {"product_id": self.make_product(f"{count} {number}").id}
                    for number in range(count)
                ],
            )
            self.offered(order)
            return self.queries(lambda: self.offered(order))

        cost(1)
        self.assertEqual(cost(2), cost(20))
