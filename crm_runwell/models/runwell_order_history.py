import io
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice

import pytz

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools.order_codes import same_order, xmlid_prefix
from ..tools.order_file import OrderFile, OrderFileError, RejectedRows, Rules
from ..tools.order_writer import OrderWriter

_logger = logging.getLogger(__name__)

BATCH = 20_000
"""Rows that go to the database at once."""


@dataclass
class OrderImport:
    """What an import did.

    Amounts are untaxed, in the company's currency. ``customers``, ``products`` and
    ``orders`` are those of the loaded lines.

    :ivar lines: rows read, the rejected ones included
    :ivar known: rows of orders that an earlier import had loaded
    :ivar changed: such orders whose rows differ from what is loaded; they stay as they are
    :ivar returns: loaded lines with a negative quantity or amount
    :ivar unsigned: returns that came without a minus sign on the amount, and were credited
    """

    origin: str
    lines: int = 0
    loaded: int = 0
    known: int = 0
    changed: int = 0
    rejected: Counter = field(default_factory=Counter)
    customers: int = 0
    new_customers: int = 0
    products: int = 0
    new_products: int = 0
    orders: int = 0
    returns: int = 0
    return_amount: Decimal = Decimal(0)
    unsigned: int = 0
    amount: Decimal = Decimal(0)
    seconds: float = 0.0


class RunwellOrderHistory(models.AbstractModel):
    """Loads a file of past orders as partners, products and confirmed sale orders.

    The rows go to temporary tables and from there, by a few statements over all of
    them, to Odoo's tables. Orders are copies of a prototype (see ``tools/prototype.py``),
    and each carries an external id made of company, customer and order: loading the
    same file again finds them and changes nothing.
    """

    _name = "runwell.order.history"
    _description = "Order History Loader"

    def _load(self, source, company, name, place=None, progress=None):
        """Load a file for a company, whole or, on an error, not at all.

        The caller checks what the user may do: nothing here asks for access rights.

        :param source: a seekable binary file, at its beginning
        :param name: the file's name, kept as the source of the orders
        :param place: a function that opens the list of rejected rows for writing
        :param progress: called with ``(stage, done, total)``, in bytes or lines
        :rtype: OrderImport
        :raises UserError: when the file as a whole cannot be read
        :raises ConcurrencyError: when another import just ended; begin again
        """
        started = time.monotonic()
        # Superuser: the rows are made by SQL, and the prototypes must come out the same
        # for everybody.
        self = self.sudo().with_company(company).with_context(tracking_disable=True)
        progress = progress or (lambda stage, done, total: None)
        report = OrderImport(origin=self.env._("Order history: %s", name))
        self._take_turn(company)
        self.env.flush_all()
        rejected = RejectedRows(place, self._reason_texts())
        self._read(source, company, name, rejected, report, progress)
        self._group_orders(company)
        self._note_known(rejected, report)
        if self._count(SQL("runwell_history_order WHERE is_new")):
            writer = OrderWriter(self.env, company, report.origin)
            report.new_customers, report.new_products = writer.insert_all(progress)
        self._count_loaded(report)
        report.rejected = rejected.counts
        report.seconds = time.monotonic() - started
        _logger.info("Order history loaded: %s", report)
        return report

    # === READING === #

    def _take_turn(self, company):
        """Hold the company's import lock until the transaction ends.

        Whoever had to wait reads from before the other's commit, and must begin again.
        """
        key = SQL("hashtext('runwell.order.history'), %s", company.id)
        if not self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s)", key))[0][0]:
            self.env.execute_query(SQL("SELECT pg_advisory_xact_lock(%s)::text", key))
            raise ConcurrencyError("another order import has just ended")

    def _rules(self, company):
        """Return the :class:`Rules` by which rows of this company are read."""
        name = company.resource_calendar_id.tz or company.partner_id.tz or "UTC"
        zone = pytz.timezone(name)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return Rules(
            today=datetime.now(zone).date(),
            to_utc=lambda local: zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None),
            amount_step=Decimal(str(company.currency_id.rounding)),
            quantity_step=Decimal(1).scaleb(-digits),
        )

    def _read(self, source, company, name, rejected, report, progress):
        """Copy the good rows of the file to ``runwell_history_line``."""
        cr = self.env.cr
        cr.execute(SQL("""
            DROP TABLE IF EXISTS pg_temp.runwell_history_line;
            CREATE TEMPORARY TABLE runwell_history_line (
                line int, customer text, day text, moment timestamp, order_ref text,
                product text, quantity numeric, amount numeric
            ) ON COMMIT DROP
        """))
        total = source.seek(0, 2)
        source.seek(0)
        try:
            file = OrderFile(source, self._rules(company), name)
            rows = file.rows(rejected)
            while batch := list(islice(rows, BATCH)):
                cr.copy_expert("COPY runwell_history_line FROM STDIN", _copy_text(batch))
                report.lines += len(batch)
                progress("read", file.position(), total)
        except OrderFileError as error:
            raise UserError(self._file_error_text(error)) from error
        progress("read", total, total)
        report.lines += rejected.total
        report.unsigned = file.unsigned_returns
        cr.execute(SQL("ANALYZE runwell_history_line"))

    def _group_orders(self, company):
        """Make ``runwell_history_order``: the file's orders, and which are known already.

        Without an order reference, an order is a customer's day.
        """
        self.env.cr.execute(SQL(
            """
            DROP TABLE IF EXISTS pg_temp.runwell_history_order;
            CREATE TEMPORARY TABLE runwell_history_order ON COMMIT DROP AS
            SELECT f.*, o.id IS NULL AS is_new,
                   CASE WHEN o.id IS NULL
                        THEN nextval(pg_get_serial_sequence('sale_order', 'id'))::int
                        ELSE o.id END AS id
              FROM (SELECT *, %(prefix)s || md5(concat_ws(E'\\x1f', customer, order_ref, day))
                              AS xmlid
                      FROM (SELECT customer, order_ref,
                                   CASE WHEN order_ref = '' THEN day END AS day,
                                   min(moment) AS moment, min(line) AS line,
                                   count(*) AS lines, sum(amount) AS amount
                              FROM runwell_history_line GROUP BY 1, 2, 3) g
                     ORDER BY moment, line) f
              LEFT JOIN ir_model_data d
                     ON d.module = '__import__' AND d.name = f.xmlid AND d.model = 'sale.order'
              LEFT JOIN sale_order o ON o.id = d.res_id
             ORDER BY f.moment, f.line;
            ANALYZE runwell_history_order
            """,
            prefix=xmlid_prefix(company, "order"),
        ))

    def _note_known(self, rejected, report):
        """Count the rows of known orders; list the orders that are loaded with other rows."""
        report.known = self._count(SQL(
            "(SELECT lines FROM runwell_history_order WHERE NOT is_new) h"), SQL("sum(lines)"))
        changed = self.env.execute_query(SQL("""
            SELECT h.line, h.customer, h.order_ref, h.day
              FROM runwell_history_order h
              LEFT JOIN (SELECT l.order_id, count(*) AS lines, sum(l.price_subtotal) AS amount
                           FROM sale_order_line l
                           JOIN runwell_history_order known ON known.id = l.order_id
                          WHERE NOT known.is_new AND l.display_type IS NULL
                          GROUP BY l.order_id) loaded
                     ON loaded.order_id = h.id
             WHERE NOT h.is_new
               AND (h.lines, h.amount) IS DISTINCT FROM (loaded.lines, loaded.amount)
             ORDER BY h.line
        """))
        for line, customer, order_ref, day in changed:
            rejected.note(line, "changed", f"{customer},{day or ''},{order_ref}")
        report.changed = len(changed)

    def _count_loaded(self, report):
        """Fill in the figures of the loaded rows."""
        [row] = self.env.execute_query(SQL("""
            SELECT count(*), count(DISTINCT l.product),
                   count(*) FILTER (WHERE l.quantity < 0 OR l.amount < 0),
                   coalesce(sum(l.amount) FILTER (WHERE l.quantity < 0 OR l.amount < 0), 0)::text,
                   coalesce(sum(l.amount), 0)::text
              FROM runwell_history_line l
              JOIN runwell_history_order h ON %s
             WHERE h.is_new
        """, same_order()))
        report.loaded, report.products, report.returns, credit, amount = row
        report.return_amount, report.amount = Decimal(credit), Decimal(amount)
        report.orders = self._count(SQL("runwell_history_order WHERE is_new"))
        report.customers = self._count(
            SQL("runwell_history_order WHERE is_new"), SQL("count(DISTINCT customer)"))

    def _count(self, source, what=None):
        """Return a whole number about the rows of ``source``: how many, unless told."""
        query = SQL("SELECT %s FROM %s", what or SQL("count(*)"), source)
        return int(self.env.execute_query(query)[0][0] or 0)

    # === TEXTS === #

    def _summary(self, report, company):
        """Return what an import did as ``(label, text)`` pairs, in the user's language."""
        def money(amount):
            return formatLang(self.env, float(amount), currency_obj=company.currency_id)

        def created(count, new):
            return self.env._("%(count)s (%(new)s new)", count=f"{count:,}", new=f"{new:,}")

        pairs = [
            (self.env._("Lines read"), f"{report.lines:,}"),
            (self.env._("Lines loaded"), f"{report.loaded:,}"),
            (self.env._("Lines of orders loaded before"), f"{report.known:,}"),
            (self.env._("Lines rejected"), f"{report.rejected.total():,}"),
        ]
        texts = self._reason_texts()
        pairs += [
            (self.env._("– %s", texts[reason]), f"{count:,}")
            for reason, count in report.rejected.most_common()
        ]
        if report.changed:
            pairs.append((self.env._("Orders loaded before with other lines, left alone"),
                          f"{report.changed:,}"))
        pairs += [
            (self.env._("Customers"), created(report.customers, report.new_customers)),
            (self.env._("Products"), created(report.products, report.new_products)),
            (self.env._("Orders"), f"{report.orders:,}"),
            (self.env._("Returns credited"), self.env._(
                "%(count)s lines, %(amount)s",
                count=f"{report.returns:,}", amount=money(report.return_amount))),
        ]
        if report.unsigned:
            pairs.append((self.env._("Returns without a minus sign on the amount, credited"),
                          f"{report.unsigned:,}"))
        return [
            *pairs,
            (self.env._("Net amount, untaxed"), money(report.amount)),
            (self.env._("Seconds"), f"{report.seconds:,.1f}"),
        ]

    def _reason_texts(self):
        """Return why rows are rejected or noted, in the user's language, by reason."""
        return {
            "fields": self.env._("wrong number of fields"),
            "quotes": self.env._("quotation marks do not match"),
            "long": self.env._("a line or a value is too long"),
            "control": self.env._("control characters"),
            "customer": self.env._("no customer"),
            "date": self.env._("date is not YYYY-MM-DD, with or without HH:MM[:SS]"),
            "future": self.env._("date lies in the future"),
            "quantity": self.env._("quantity is not a number"),
            "zero": self.env._("quantity is zero"),
            "amount": self.env._("amount is not a number"),
            "large": self.env._("number is too large"),
            "changed": self.env._("order is loaded already, with other rows"),
        }

    def _file_error_text(self, error):
        """Return what is wrong with the whole file, in the user's language."""
        texts = {
            "empty": self.env._("The file is empty."),
            "encoding": self.env._("The file is not UTF-8 text (after line %(line)s)."),
            "gzip": self.env._("The file is not a whole gzip file."),
            "missing": self.env._("The header lacks the column: %(columns)s."),
            "twice": self.env._("The header names a column twice: %(columns)s."),
        }
        return texts[error.code] % error.values


def _copy_text(rows):
    """Return rows in PostgreSQL's COPY format; their texts hold no control characters."""
    lines = (
        "\t".join(map(str, row)).replace("\\", "\\\\")
        for row in rows
    )
    return io.StringIO("\n".join(lines) + "\n")
