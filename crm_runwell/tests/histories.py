"""Histories for tests: the real ones beside the repository, and made ones of known truth."""

import csv
import gzip
import importlib.util
import math
import os
import random
import unittest
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from odoo.tools import SQL

from ..tools.prototype import capture, insert

DATA = Path(
    os.environ.get("RUNWELL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)


def order_days(name):
    """Return the set of order days by customer of a file of ../shared/data; skip without it."""
    path = DATA / f"{name}.csv.gz"
    if not path.is_file():
        raise unittest.SkipTest(f"there is no {path}: set RUNWELL_DATA")
    days = defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            days[line["customer_id"]].add(date.fromisoformat(line["date"]))
    return days


def cdnow_days():
    """Return the order days of the CDNOW sample: from shared data, or the package lifetimes."""
    package = importlib.util.find_spec("lifetimes")
    if package is None or (DATA / "cdnow_sample.csv.gz").is_file():
        return order_days("cdnow_sample")
    days = defaultdict(set)
    path = Path(package.origin).parent / "datasets" / "CDNOW_sample.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        _master, customer, day, _quantity, _amount = line.split()
        days[customer].add(date(int(day[:4]), int(day[4:6]), int(day[6:])))
    return days


def behaving(truth, customers, seed, ages=(180, 1095), horizon=0):
    """Return ``(x, t_x, age, left)`` of customers who do as MBG/NBD says, in continuous time.

    ``left`` is 1 if no order follows within ``horizon`` days of the day of the score.
    """
    chance = random.Random(seed)
    rows = []
    for _customer in range(customers):
        age = chance.uniform(*ages)
        rate = chance.gammavariate(truth.r, 1 / truth.alpha)
        leaves = chance.betavariate(truth.a, truth.b)
        x, last, left = 0, 0.0, 1
        while chance.random() >= leaves:
            order = last + chance.expovariate(rate)
            if order > age:
                left = int(order > age + horizon)
                break
            x, last = x + 1, order
        rows.append((x, last, age, left))
    return rows


def synthetic(truth, customers, seed, **kwargs):
    """Return the groups that :func:`.churn.fit` reads, of customers :func:`behaving` so."""
    return [(x, t_x, age, 1) for x, t_x, age, _left in behaving(truth, customers, seed, **kwargs)]


def write_orders(case, orders):
    """Write orders, their lines and customers by SQL, each a copy of one that the ORM made.

    :param case: a :class:`~.common.RunwellCase`
    :param orders: ``(customer number, day, amount, product lines)``; below 0 a return
    :return: partner ids by customer number
    """
    env = case.env
    customer = case.customer("Prototype")
    order = case.order(customer, "2020-01-01")
    env.flush_all()
    partner_row, order_row, line_row = map(capture, (customer, order, order.order_line))
    env.cr.execute(SQL("DELETE FROM sale_order WHERE id = %s", order.id))
    ids = {}
    for number in sorted({number for number, _day, _amount, _lines in orders}):
        [[ids[number]]] = env.execute_query(SQL("SELECT nextval('res_partner_id_seq')::int"))
    insert(env, partner_row, SQL("unnest(%s::int[]) own(id)", list(ids.values())), {
        "id": SQL("own.id"), "commercial_partner_id": SQL("own.id"),
    })
    env.cr.execute(SQL(
        """CREATE TEMPORARY TABLE made_order ON COMMIT DROP AS
           SELECT nextval('sale_order_id_seq')::int AS id, o.*
             FROM unnest(%s::int[], %s::date[], %s::numeric[], %s::int[])
                  o(partner_id, day, amount, lines)""",
        *map(list, zip(*((ids[n], *rest) for n, *rest in orders), strict=True)),
    ))
    insert(env, order_row, SQL("made_order own"), {
        "id": SQL("own.id"), "date_order": SQL("own.day + interval '12 hours'"),
        "amount_untaxed": SQL("own.amount"), "amount_total": SQL("own.amount"),
        "access_token": SQL("NULL"),
    }, links=[(partner_row, SQL("own.partner_id"))])
    insert(env, line_row, SQL(
        "made_order own, generate_series(1, own.lines) line WHERE own.amount > 0"
    ), {
        "price_subtotal": SQL("own.amount / own.lines"),
        "price_unit": SQL("own.amount / own.lines"),
    }, links=[(order_row, SQL("own.id")), (partner_row, SQL("own.partner_id"))])
    env.cr.execute("DROP TABLE made_order")
    env.cr.execute("ANALYZE res_partner, sale_order, sale_order_line")
    env.invalidate_all()
    return ids


def memoryless(customers, end, days=600, gap=90, seed=7):
    """Return orders of customers of one common rate who never leave: nothing is to be told."""
    chance = random.Random(seed)
    orders = []
    for number in range(customers):
        at = chance.uniform(0, days / 2)
        while at < days:
            orders.append((number, end - timedelta(days=days - 1 - int(at)), 100.0, 1))
            at += chance.expovariate(1 / gap)
    return orders


def seasonal(customers, end, days=760, seed=11):
    """Return orders of a company with a strong year, whose leavers order little the last time.

    Customers join over two thirds of the days; some return a part of what they bought.
    """
    chance = random.Random(seed)
    start = end - timedelta(days=days - 1)
    orders = []
    for number in range(customers):
        rate, leaves = chance.gammavariate(2.0, 1 / 50), chance.betavariate(1, 8)
        at, usual = chance.uniform(0, days * 2 / 3), chance.lognormvariate(4, 0.5)
        while at < days:
            day = start + timedelta(days=int(at))
            is_last = chance.random() < leaves
            amount = round(usual * chance.uniform(0.8, 1.2) * (0.2 if is_last else 1), 2)
            orders.append((number, day, amount, 1 if is_last else chance.randint(2, 4)))
            if chance.random() < 0.05:
                orders.append((number, day + timedelta(days=3), -round(amount / 3, 2), 1))
            if is_last:
                break
            # Thinned to the year's curve, which is 1 at its highest.
            at += chance.expovariate(rate)
            while at < days and chance.random() > 0.1 + 0.9 * math.sin(
                math.pi * (start + timedelta(days=int(at))).timetuple().tm_yday / 366
            ) ** 4:
                at += chance.expovariate(rate)
    return [row for row in orders if row[1] <= end]


def two_seasons(customers, end, is_opposite=True, days=1095, seed=5):
    """Return orders of a company of two kinds of buyers, as many skiers as swimmers.

    Each orders within half a year around its kind's high season and hardly outside it; the
    even numbers in January, the odd ones in July, or in January too. One order in twelve is
    the last. Each has bought something since the first year.
    """
    chance = random.Random(seed)
    start = end - timedelta(days=days - 1)
    orders = []
    for number in range(customers):
        high = 196 if number % 2 and is_opposite else 14
        rate, at = chance.gammavariate(3.0, 1 / 60), chance.uniform(0, 300)
        while at < days:
            day = start + timedelta(days=int(at))
            orders.append((number, day, round(chance.uniform(80, 120), 2), 2))
            if chance.random() < 1 / 12:
                break
            at += chance.expovariate(rate)
            while at < days and chance.random() > 0.05 + 0.95 * (0.5 + 0.5 * math.cos(
                2 * math.pi * ((start + timedelta(days=int(at))).timetuple().tm_yday - high) / 366
            )) ** 2:
                at += chance.expovariate(rate)
    return orders


def sell(case, product, partner_ids):
    """Let all that some customers ordered so far be of one product."""
    case.env.flush_all()
    case.env.cr.execute(SQL(
        """UPDATE sale_order_line SET product_id = %s
            WHERE order_id IN (SELECT id FROM sale_order WHERE partner_id = ANY(%s))""",
        product.id, list(partner_ids),
    ))
    case.env.invalidate_all()


def write_debts(case, ids, debts):
    """Write invoices and their payments by SQL, each a copy of one that the ORM made.

    :param ids: partner ids by customer number
    :param debts: ``(customer number, day, due, amount, day paid or None)``
    """
    env, customer = case.env, case.customer("Prototype")
    invoice = case.invoice(customer, "2020-01-01")
    owed = invoice.line_ids.filtered(lambda line: line.debit)
    payment = env["account.move"].create({
        "date": "2020-01-02", "company_id": case.company.id, "line_ids": [
            (0, 0, {"account_id": (invoice.line_ids - owed).account_id.id, "debit": 100.0}),
            (0, 0, {"account_id": owed.account_id.id, "credit": 100.0,
                    "partner_id": customer.id}),
        ],
    })
    payment.action_post()
    paid = payment.line_ids.filtered("credit")
    (owed + paid).reconcile()
    env.flush_all()
    rows = [
        capture(record) for record in
        (customer, invoice, owed, payment, paid, owed.matched_credit_ids)
    ]
    partner_row, invoice_row, owed_row, payment_row, paid_row, partial_row = rows
    env.cr.execute(SQL(
        """CREATE TEMPORARY TABLE made_debt ON COMMIT DROP AS
           SELECT nextval('account_move_id_seq')::int AS move, d.*,
                  nextval('account_move_line_id_seq')::int AS line,
                  nextval('account_move_id_seq')::int AS payment,
                  nextval('account_move_line_id_seq')::int AS paid_line
             FROM unnest(%s::int[], %s::date[], %s::date[], %s::numeric[], %s::date[])
                  d(partner_id, day, due, amount, paid_day)""",
        *map(list, zip(*((ids[n], *rest) for n, *rest in debts), strict=True)),
    ))
    every, settled = SQL("made_debt own"), SQL("made_debt own WHERE paid_day IS NOT NULL")
    links = [
        (partner_row, SQL("own.partner_id")), (invoice_row, SQL("own.move")),
        (payment_row, SQL("own.payment")), (owed_row, SQL("own.line")),
        (paid_row, SQL("own.paid_line")),
    ]

    def name(row, move):
        return {"id": SQL(move), "name": SQL(f"'{row}' || {move}")}

    insert(env, invoice_row, every, name("D", "own.move") | {
        "date": SQL("own.day"), "invoice_date": SQL("own.day"),
        "invoice_date_due": SQL("own.due"),
    }, links=links[:1])
    insert(env, payment_row, settled, name("P", "own.payment") | {"date": SQL("own.paid_day")},
           links=links[:1])
    insert(env, owed_row, every, {
        "id": SQL("own.line"), "date": SQL("own.day"), "date_maturity": SQL("own.due"),
        "balance": SQL("own.amount"), "debit": SQL("own.amount"),
        "amount_currency": SQL("own.amount"), "reconciled": SQL("own.paid_day IS NOT NULL"),
    }, links=links)
    insert(env, paid_row, settled, {
        "id": SQL("own.paid_line"), "date": SQL("own.paid_day"), "balance": SQL("-own.amount"),
        "credit": SQL("own.amount"), "amount_currency": SQL("-own.amount"),
    }, links=links)
    insert(env, partial_row, settled, {
        "amount": SQL("own.amount"), "max_date": SQL("own.paid_day"),
        "debit_amount_currency": SQL("own.amount"), "credit_amount_currency": SQL("own.amount"),
    }, links=links)
    env.cr.execute("DROP TABLE made_debt")
    env.cr.execute("ANALYZE account_move, account_move_line, account_partial_reconcile")
    env.invalidate_all()
