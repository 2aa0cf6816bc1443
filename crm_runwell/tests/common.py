from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import SQL

from ..scoring.churn import Parameters
from ..scoring.learning import Learned

#: The day that most tests score as of; a history before it is worked out by hand.
AS_OF = "2024-06-30"

#: The parameters every test company scores with: the stated ones for a rhythm of 30 days.
STATED = {"r": 0.7, "alpha": 21.0, "a": 0.5, "b": 4.0}


class RunwellCase(TransactionCase):
    """A company of its own, with accounts, one product and a scoring model that is never fitted.

    Nothing that the database holds besides enters: it belongs to other companies.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={
            **cls.env.context, "tracking_disable": True, "no_reset_password": True,
            "mail_create_nosubscribe": True,
        })
        cls.home = cls.make_currency("XQH")
        cls.foreign = cls.make_currency("XQF")
        cls.unit, cls.dozen = cls.env.ref("uom.product_uom_unit"), cls.env.ref(
            "uom.product_uom_dozen"
        )
        cls.product = cls.make_product("Widget")
        cls.company = cls.make_company("Runwell Test", cls.home)
        cls.use_company(cls.company)
        cls.scoring = cls.make_scoring_model(cls.company)
        cls.partners = {}

    # What a test stands on

    @classmethod
    def make_currency(cls, code):
        """Return a currency that no other data knows, rate 1 until told."""
        return cls.env["res.currency"].create({"name": code, "symbol": code, "rounding": 0.01})

    @classmethod
    def set_rate(cls, currency, rate, day="2020-01-01", company=None):
        """From ``day`` on one unit of company currency buys ``rate`` of the currency."""
        cls.env["res.currency.rate"].create({
            "currency_id": currency.id, "rate": rate, "name": day,
            "company_id": (company or cls.company).id,
        })

    @classmethod
    def make_product(cls, name, cost=0.0, **values):
        return cls.env["product.product"].create({
            "name": name, "type": "consu", "invoice_policy": "order", "list_price": 100.0,
            "standard_price": cost, "taxes_id": [Command.clear()], **values,
        })

    @classmethod
    def make_company(cls, name, currency, tz="UTC"):
        """Return a company with the accounts and the journals that an invoice needs."""
        company = cls.env["res.company"].create({"name": name, "currency_id": currency.id})
        cls.env.user.company_ids += company
        company.resource_calendar_id.tz = tz
        receivable, income = cls.env["account.account"].create([
            {"name": "Receivable", "code": "RW110", "account_type": "asset_receivable",
             "reconcile": True, "company_ids": company.ids},
            {"name": "Income", "code": "RW400", "account_type": "income",
             "company_ids": company.ids},
        ])
        cls.env["account.journal"].create([
            {"name": "Sales", "code": "RWS", "type": "sale", "company_id": company.id,
             "default_account_id": income.id},
            {"name": "Entries", "code": "RWE", "type": "general", "company_id": company.id},
        ])
        for model, field, account in (
            ("res.partner", "property_account_receivable_id", receivable),
            ("product.category", "property_account_income_categ_id", income),
        ):
            cls.env["ir.default"].set(model, field, account.id, company_id=company.id)
        return company

    @classmethod
    def use_company(cls, company):
        """Work in ``company`` from now on."""
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        cls.product = cls.product.with_env(cls.env)
        cls.company = company.with_env(cls.env)

    @classmethod
    def make_scoring_model(cls, company, **values):
        stated = Parameters(**STATED)
        horizon = values.get("horizon_days", 90)
        return cls.env["runwell.scoring.model"]._as_machine().create([{
            "company_id": company.id, "fit_date": "2024-01-01", **STATED,
            "learned": Learned(stated, stated).as_json() | {"horizon": horizon}, **values,
        }])

    @classmethod
    def customer(cls, name="Customer", **values):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **values})

    # Documents

    @classmethod
    def order(cls, customer, day, amount=100.0, *, company=None, currency=None, lines=None,
              state="sale", **values):
        """Return an order of ``customer`` on ``day`` (a date, or a moment in UTC).

        :param lines: dicts of order-line values; one line over ``amount`` without it
        """
        company = company or cls.company
        if currency:
            values["pricelist_id"] = cls.env["product.pricelist"].create({
                "name": currency.name, "currency_id": currency.id, "company_id": company.id,
            }).id
        lines = [{"price_unit": amount}] if lines is None else lines
        return cls.env["sale.order"].with_company(company).create({
            "partner_id": customer.id, "company_id": company.id, "state": state,
            "date_order": day if len(day) > 10 else f"{day} 12:00:00",
            "order_line": [
                Command.create({
                    "product_id": cls.product.id, "product_uom_qty": 1.0,
                    "tax_ids": [Command.clear()], **line,
                })
                for line in lines
            ],
            **values,
        })

    @classmethod
    def orders(cls, customer, *days, amount=100.0, company=None):
        """Write orders straight into the table: quick, for histories where lines don't matter."""
        company = company or cls.company
        cls.env["sale.order"].flush_model()
        cls.env.cr.execute(SQL(
            """INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id,
                   company_id, currency_id, currency_rate, state, date_order, create_date,
                   amount_untaxed, amount_total)
               SELECT 'RW', %(partner)s, %(partner)s, %(partner)s, %(company)s, %(currency)s, 1,
                      'sale', day + interval '12 hours', day, %(amount)s, %(amount)s
                 FROM unnest(%(days)s::timestamp[]) day""",
            partner=customer.id, company=company.id, currency=company.currency_id.id,
            amount=amount, days=list(days),
        ))
        cls.env["sale.order"].invalidate_model()

    @classmethod
    def made_on(cls, record, day):
        """Say that a record was made on ``day``, which the ORM always says of now."""
        cls.env.flush_all()
        cls.env.cr.execute(SQL(
            "UPDATE %s SET create_date = %s WHERE id = %s",
            SQL.identifier(record._table), f"{day} 12:00:00", record.id,
        ))
        record.invalidate_recordset()
        return record

    @classmethod
    def quotation(cls, customer, day="2024-06-01"):
        return cls.made_on(cls.order(customer, day, state="draft"), day)

    @classmethod
    def opportunity(cls, customer, day="2024-06-01", **values):
        return cls.made_on(cls.env["crm.lead"].create({
            "name": "Opportunity", "type": "opportunity", "partner_id": customer.id,
            "company_id": cls.company.id, **values,
        }), day)

    @classmethod
    def invoice(cls, customer, day, amount=100.0, *, company=None, currency=None, lines=None,
                move_type="out_invoice", post=True, due=None):
        """Return an invoice of ``customer``, from no order."""
        company = company or cls.company
        lines = [{"price_unit": amount}] if lines is None else lines
        move = cls.env["account.move"].with_company(company).create({
            "move_type": move_type, "partner_id": customer.id, "company_id": company.id,
            "invoice_date": day, "date": day, "invoice_date_due": due or day,
            **({"currency_id": currency.id} if currency else {}),
            "invoice_line_ids": [
                Command.create({
                    "product_id": cls.product.id, "quantity": 1.0,
                    "tax_ids": [Command.clear()], **line,
                })
                for line in lines
            ],
        })
        if post:
            move.action_post()
        return move

    @classmethod
    def invoice_order(cls, order, day):
        """Return the posted invoice of all that is to invoice on ``order``."""
        move = order._create_invoices()
        move.write({"invoice_date": day, "date": day})
        move.action_post()
        return move

    @classmethod
    def refund(cls, invoice, day, quantity=None, modify=False, post=True):
        """Go through the reversal wizard; return the credit note, or the new invoice.

        :param quantity: credit only so much of every line
        :param modify: cancel the invoice and make it anew
        """
        wizard = cls.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({"date": day, "reason": "test", "journal_id": invoice.journal_id.id})
        action = wizard.modify_moves() if modify else wizard.refund_moves()
        move = cls.env["account.move"].browse(action["res_id"])
        move.write({"invoice_date": day, "date": day})
        if quantity is not None:
            move.invoice_line_ids.write({"quantity": quantity})
        if post:
            move.action_post()
        return move

    # The machine

    def run_scoring(self, as_of=AS_OF, company=None):
        """Score the test company as of a day; return the number of rows."""
        company = company or self.company
        return self.env["runwell.score"]._run_scoring(company, as_of)[company.id]

    def score(self, customer, company=None):
        """Return the row of a customer, possibly empty."""
        return self.env["runwell.score"].search([
            ("partner_id", "=", customer.id), ("company_id", "=", (company or self.company).id),
        ])

    def scored(self, customer, as_of=AS_OF):
        """Score as of a day and return the row of a customer."""
        self.run_scoring(as_of)
        return self.score(customer)

    def figures(self, without=("id", "model_id")):
        """Return all columns of the company's rows as kept, by partner id."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "SELECT * FROM runwell_score WHERE company_id = %s", self.company.id,
        ))
        return {
            row["partner_id"]: {k: v for k, v in row.items() if k not in without}
            for row in self.env.cr.dictfetchall()
        }

    def alerts(self, customer=None):
        domain = [("company_id", "=", self.company.id)]
        if customer:
            domain.append(("partner_id", "=", customer.id))
        return self.env["runwell.churn.alert"].search(domain)

    def tried(self, alert, description="Called them", **values):
        """Record a measure on an alert; return it."""
        return self.env["runwell.churn.measure"].create({
            "alert_id": alert.id, "description": description, **values,
        })

    def queries(self, call):
        """Return how many queries a call takes on an empty record cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def raise_alerts(self):
        return self.env["runwell.churn.alert"]._raise_alerts(self.company)

    def at(self, moment):
        """Let it be ``moment``, UTC, in a with statement."""
        return freeze_time(moment)

    @classmethod
    @contextmanager
    def quiet_queue(cls):
        """Confirm and post without asking for a refresh."""
        with patch.object(cls.env.registry["runwell.score.refresh"], "_ask"):
            yield


def days_before(count, day=AS_OF):
    """Return the ISO day ``count`` days before ``day``."""
    return str(fields.Date.subtract(fields.Date.to_date(day), days=count))
