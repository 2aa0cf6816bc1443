from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

#: From the offer to the money.
STAGES = ("quotation", "order", "delivery", "invoice", "payment")


class SaleOrder(models.Model):
    """How far orders came: quotation, order, delivery, invoice and payment in one line."""

    _inherit = "sale.order"

    @api.readonly
    def get_runwell_tracking(self):
        """Return how far these orders came, for the line on screens: see `_runwell_tracking`.

        :raise AccessError: if the reader may not see one of the orders
        """
        self.check_access("read")
        return list(self._runwell_tracking().values())

    def _runwell_tracking(self):
        """Return how far each order came; a few queries, however many orders.

        :return: dict by order id: ``id``, ``name``, ``day``, ``total`` (in words), ``state``,
            ``is_cancelled``, ``invoiced``, ``paid``, ``open`` (with taxes, in the order's
            currency), ``currency_id``, ``delivered`` (share from 0 to 1, None without goods) and
            ``stages``: for each of quotation, order, delivery, invoice and payment its ``key``,
            ``label``, ``state`` (done, partly, waiting, late or none), ``day`` (ISO or False)
            and ``text`` (the state in words)
        """
        facts = self._runwell_facts()
        return {order.id: order._runwell_line(facts[order.id]) for order in self if order.id}

    def _runwell_portal_tracking(self):
        """Return the lines as the customer sees them: without drafts, without what is not known."""
        facts = self._runwell_facts()
        lines = {
            order.id: order._runwell_line(facts[order.id] | {"hides_drafts": True})
            for order in self if order.id
        }
        for line in lines.values():
            for stage in line["stages"]:
                stage["day"] = fields.Date.to_date(stage["day"])
            line["stages"] = [
                stage for stage in line["stages"]
                if stage["key"] == "order" or stage["state"] != "none"
            ]
        return lines

    def _runwell_today(self):
        return fields.Date.context_today(self)

    def _runwell_day(self, moment):
        return moment and fields.Datetime.context_timestamp(self, moment).date()

    def _runwell_line(self, facts):
        self.ensure_one()
        facts = facts | {
            name: float(facts[name])
            for name in ("ordered", "delivered", "invoiced", "open", "overdue", "prepaid")
        }
        facts["paid"] = facts["invoiced"] - facts["open"] + facts["prepaid"]
        facts["share"] = facts["delivered"] / facts["ordered"] if facts["ordered"] else None
        labels = {
            "quotation": self.env._("Quotation"), "order": self.env._("Order"),
            "delivery": self.env._("Delivery"), "invoice": self.env._("Invoice"),
            "payment": self.env._("Payment"),
        }
        stages = []
        for key in STAGES:
            state, day, text = getattr(self, f"_runwell_{key}_stage")(facts)
            stages.append({
                "key": key, "label": labels[key], "state": state, "text": text,
                "day": day and fields.Date.to_string(day),
            })
        day = self._runwell_day(self.date_order)
        return {
            "id": self.id, "name": self.name, "day": day and fields.Date.to_string(day),
            "total": self.currency_id.format(self.amount_total), "state": self.state,
            "is_cancelled": self.state == "cancel", "currency_id": self.currency_id.id,
            "invoiced": facts["invoiced"], "paid": facts["paid"], "open": facts["open"],
            "delivered": facts["share"], "stages": stages,
        }

    # The stages: state, day and words of each

    def _runwell_quotation_stage(self, facts):
        if self.state == "sale":
            return "done", self._runwell_day(self.date_order), self.env._("Accepted")
        if self.state == "cancel":
            return "none", self._runwell_day(self.runwell_cancelled_on), self.env._("Cancelled")
        if self.validity_date and self.validity_date < self._runwell_today():
            return "late", self.validity_date, self.env._("Expired")
        if self.state == "sent":
            return "waiting", self._runwell_day(self.runwell_sent_on), self.env._("Sent")
        return "waiting", self._runwell_day(self.create_date), self.env._("Not sent yet")

    def _runwell_order_stage(self, facts):
        if self.state == "sale":
            return "done", self._runwell_day(self.date_order), self.env._("Confirmed")
        if self.state == "cancel":
            return "none", False, self.env._("Cancelled")
        return "waiting", False, self.env._("Not confirmed yet")

    def _runwell_delivery_stage(self, facts):
        planned = self._runwell_day(facts["planned_on"] or self.commitment_date)
        if self.state != "sale" or facts["share"] is None:
            return "none", False, ""
        if float_compare(facts["share"], 1, precision_digits=4) >= 0:
            return "done", self._runwell_day(facts["picked_on"]), self.env._("Delivered")
        percent = int(facts["share"] * 100)
        if facts["is_settled"]:
            # Closed short, or some came back.
            return "done", self._runwell_day(facts["picked_on"]), self.env._(
                "%(percent)s %% delivered, nothing more to come", percent=percent,
            )
        is_watched = facts["pickings"] or facts["by_delivery"]
        is_over = bool(planned and planned < self._runwell_today())
        if facts["share"] > 0:
            return "late" if is_over and is_watched else "partly", planned, self.env._(
                "%(percent)s %% delivered", percent=percent or 1,
            )
        if is_over and is_watched:
            return "late", planned, self.env._("Late")
        if is_watched or planned and not is_over:
            return "waiting", planned, self.env._("To deliver")
        # Without stock a delivery is noted by hand, or not at all.
        return "none", False, self.env._("Not recorded")

    def _runwell_invoice_stage(self, facts):
        compare = self.currency_id.compare_amounts
        invoiced, day = facts["invoiced"], facts["invoiced_on"]
        if compare(invoiced, 0) > 0:
            whole = compare(invoiced, self.amount_total - 5 * self.currency_id.rounding) >= 0
            if whole or self.invoice_status == "invoiced" and not facts["drafts"]:
                return "done", day, self.env._("Invoiced")
            return "done" if self._runwell_is_all_invoiced(facts) else "partly", day, self.env._(
                "%(amount)s invoiced", amount=self.currency_id.format(invoiced),
            )
        if facts["credited"]:
            # An order over less than nothing is invoiced by a credit note.
            state = "done" if compare(self.amount_total, 0) < 0 else "none"
            return state, day, self.env._("Credited")
        if self.state != "sale" or self.currency_id.is_zero(self.amount_total):
            return "none", False, ""
        if facts["drafts"] and not facts.get("hides_drafts"):
            return "waiting", False, self.env._("Draft invoice")
        if self.invoice_status == "invoiced" and not facts["drafts"]:
            # Elsewhere, before the orders came here.
            return "done", False, self.env._("Invoiced")
        return "waiting", False, self.env._("Not invoiced yet")

    def _runwell_is_all_invoiced(self, facts):
        """Return whether what was delivered is invoiced, if that is less than what was ordered.

        What nobody began with is still to come, and a down payment is not the invoice.
        """
        return bool(
            self.invoice_status != "to invoice" and not facts["drafts"]
            and facts["share"] and not facts["is_ahead"]
        )

    def _runwell_payment_stage(self, facts):
        compare = self.currency_id.compare_amounts
        paid, is_open = facts["paid"], compare(facts["open"], 0) > 0
        if compare(facts["overdue"], 0) > 0:
            return "late", facts["due_on"], self.env._(
                "%(amount)s overdue", amount=self.currency_id.format(facts["overdue"]),
            )
        if compare(paid, 0) > 0:
            # Paid is what the order comes to, less what was credited.
            due = max(self.amount_total - float(facts["credited"]), facts["invoiced"])
            tolerance = 5 * self.currency_id.rounding
            if not is_open and (
                compare(paid, due - tolerance) >= 0
                or self._runwell_invoice_stage(facts)[0] == "done"
            ):
                return "done", facts["paid_on"], self.env._("Paid")
            return "partly", facts["due_on"] or facts["paid_on"], self.env._(
                "%(amount)s paid", amount=self.currency_id.format(paid),
            )
        if is_open:
            return "waiting", facts["due_on"], self.env._("Unpaid")
        if compare(facts["invoiced"], 0) < 0:
            if compare(facts["open"], 0) < 0:
                return "waiting", False, self.env._(
                    "%(amount)s to pay back", amount=self.currency_id.format(-facts["open"]),
                )
            return "done", facts["paid_on"], self.env._("Settled")
        return "none", False, ""

    # The documents behind a stage

    def action_open_runwell_stage(self, stage):
        """Open the documents of a stage of the order, with the reader's own rights.

        :param str stage: quotation, order, delivery, invoice or payment
        :raise UserError: for another stage
        """
        self.ensure_one()
        self.check_access("read")
        if stage not in STAGES:
            raise UserError(self.env._("There is no such stage of an order."))
        if stage == "delivery" and self._fields.get("picking_ids"):
            pickings = self.picking_ids
            if pickings.has_access("read") and pickings:
                return self._runwell_open("stock.picking", pickings, self.env._("Deliveries"))
        if stage in ("invoice", "payment"):
            moves = self.invoice_ids
            if stage == "payment":
                moves = moves.filtered(lambda move: move.state == "posted") or moves
            if moves:
                return self._runwell_open("account.move", moves, self.env._("Invoices"))
        return self._runwell_open(self._name, self, self.name)

    def _runwell_open(self, model, records, name):
        action = {
            "type": "ir.actions.act_window", "res_model": model, "name": name,
            "views": [(False, "list"), (False, "form")], "domain": [("id", "in", records.ids)],
        }
        if len(records) == 1:
            action |= {"views": [(False, "form")], "res_id": records.id}
        return action
