from .common import RunwellCase


class TrackingCase(RunwellCase):
    """A customer, goods and services invoiced by what is delivered, and a bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.customer("Buyer")
        cls.counted = cls.make_product("Counted", invoice_policy="delivery")
        # Its delivery is noted by hand, whether stock is installed or not.
        cls.work = cls.make_product("Work", type="service", invoice_policy="delivery")
        cls.bank = cls.env["account.journal"].create({
            "name": "Bank", "code": "RWB", "type": "bank", "company_id": cls.company.id,
        })
        cls.company.transfer_account_id = cls.env["account.account"].create({
            "name": "Transfer", "code": "RW120", "account_type": "asset_current",
            "reconcile": True, "company_ids": cls.company.ids,
        })

    @classmethod
    def invoice_order(cls, order, day):
        move = super().invoice_order(order, day)
        move.invoice_date_due = day
        return move

    def line(self, order):
        self.env.invalidate_all()
        return order._runwell_tracking()[order.id]

    def states(self, order):
        return {stage["key"]: stage["state"] for stage in self.line(order)["stages"]}

    def text(self, order, key):
        return self.stage(order, key)[2]

    def day(self, order, key):
        return self.stage(order, key)[1]

    def stage(self, order, key):
        """Return state, day and words of a stage."""
        [stage] = [stage for stage in self.line(order)["stages"] if stage["key"] == key]
        return stage["state"], stage["day"], stage["text"]

    def pay(self, move, amount, day="2024-06-20"):
        return self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids,
        ).create({
            "amount": amount, "payment_date": day, "journal_id": self.bank.id,
        })._create_payments()
