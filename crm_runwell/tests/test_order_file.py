"""The CSV reader alone: runs without a database, and without Odoo."""

import gzip
import importlib.util
import io
import random
import sys
import tracemalloc
import unittest
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path


def _load():
    """Import the reader by its path: its package would import Odoo."""
    path = Path(__file__).resolve().parents[1] / "tools" / "order_file.py"
    spec = importlib.util.spec_from_file_location("runwell_order_file", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


order_file = _load()
HEADER = "customer,date,order,product,quantity,amount\n"
TODAY = date(2025, 6, 15)


def read(content, name="orders.csv", **rules):
    """Return the rows, the rejected list as text, and the counts of a file."""
    if isinstance(content, str):
        content = content.encode()
    listed = io.StringIO(newline="")
    rejected = order_file.RejectedRows(lambda: listed)
    file = order_file.OrderFile(
        io.BytesIO(content), order_file.Rules(TODAY, **rules), name)
    rows = list(file.rows(rejected))
    return rows, listed.getvalue(), dict(rejected.counts)


class TestHeader(unittest.TestCase):

    def assertRefused(self, code, content, name="orders.csv"):
        with self.assertRaises(order_file.OrderFileError) as caught:
            read(content, name)
        self.assertEqual(caught.exception.code, code)
        return str(caught.exception)

    def test_columns_in_any_order(self):
        rows, _listed, counts = read(
            "Amount , ORDER_ID,note,product,date,Customer_ID,quantity\n"
            "9.90,7,hello,tea,2024-01-31,Ann,3\n")
        [row] = rows
        self.assertEqual((row.customer, row.order, row.product), ("Ann", "7", "tea"))
        self.assertEqual((row.quantity, row.amount), (3, Decimal("9.90")))
        self.assertFalse(counts)

    def test_byte_order_mark(self):
        rows, *_rest = read(b"\xef\xbb\xbf" + (HEADER + "A,2024-01-31,1,p,1,2\n").encode())
        self.assertEqual(rows[0].customer, "A")

    def test_semicolons_and_tabs(self):
        for delimiter in ";\t":
            text = (HEADER + "A,2024-01-31,1,p,1,2\n").replace(",", delimiter)
            self.assertEqual(len(read(text)[0]), 1)

    def test_quoted_header(self):
        header = ",".join(f'"{name}"' for name in HEADER.strip().split(","))
        self.assertEqual(len(read(header + "\nA,2024-01-31,1,p,1,2\n")[0]), 1)

    def test_missing_columns_are_named(self):
        text = self.assertRefused("missing", "customer,date,order,quantity\n")
        self.assertIn("product, amount", text)

    def test_a_file_without_header(self):
        self.assertRefused("missing", "A,2024-01-31,1,p,1,2\nB,2024-01-31,1,p,1,2\n")

    def test_column_twice(self):
        text = self.assertRefused("twice", "customer_id," + HEADER)
        self.assertIn("customer", text)

    def test_empty(self):
        for content in (b"", b"\n\n", b"\xef\xbb\xbf", gzip.compress(b"")):
            self.assertRefused("empty", content)

    def test_header_alone_is_no_error(self):
        self.assertEqual(read(HEADER), ([], "", {}))

    def test_not_utf8(self):
        self.assertRefused("encoding", (HEADER + "Müller,2024-01-31,1,p,1,2\n").encode("latin-1"))
        self.assertRefused("encoding", HEADER.encode("utf-16"))

    def test_not_utf8_far_in_the_file(self):
        good = "A,2024-01-31,1,p,1,2\n" * 20_000
        self.assertRefused("encoding", (HEADER + good).encode() + b"\xff,2024-01-31,1,p,1,2\n")

    def test_gzip(self):
        content = gzip.compress((HEADER + "A,2024-01-31,1,p,1,2\n").encode())
        self.assertEqual(len(read(content, "orders.csv.gz")[0]), 1)
        self.assertEqual(len(read(content, "orders.csv")[0]), 1)
        self.assertRefused("gzip", HEADER, "orders.csv.gz")

    def test_broken_gzip(self):
        rows = "".join(f"C{n},2024-01-31,{n * n},p{n},1,{n}\n" for n in range(2000))
        content = gzip.compress((HEADER + rows).encode())
        self.assertRefused("gzip", content[: len(content) // 2])
        damaged = bytearray(content)
        damaged[len(content) // 2] ^= 0xFF
        self.assertRefused("gzip", bytes(damaged))


class TestRows(unittest.TestCase):

    def reason(self, line):
        """Return why a line is rejected; the good line after it must survive."""
        rows, listed, counts = read(HEADER + line + "\nZoe,2024-01-31,1,p,1,2\n")
        self.assertEqual([row.customer for row in rows], ["Zoe"], line)
        self.assertEqual(sum(counts.values()), 1)
        [reason] = counts
        self.assertIn(order_file.REASONS[reason], listed)
        return reason

    def test_reasons(self):
        cases = {
            "fields": ("A,2024-01-31,1,p,1", "A,2024-01-31,1,p,1,2,3", "nonsense"),
            "quotes": ('A,2024-01-31,"1,p,1,2', 'A,2024-01-31,"1"x,p,1,2'),
            "long": ("A" * 201 + ",2024-01-31,1,p,1,2", "A,2024-01-31,1,p,1," + "2" * 20_000),
            "control": ("A\x00,2024-01-31,1,p,1,2", "A,2024-01-31,1,p\x1fq,1,2"),
            "customer": (",2024-01-31,1,p,1,2", "  ,2024-01-31,1,p,1,2", ",,,,,"),
            "date": ("A,,1,p,1,2", "A,31.01.2024,1,p,1,2", "A,2024-02-30,1,p,1,2",
                     "A,2023-02-29,1,p,1,2", "A,2024-1-31,1,p,1,2", "A,0001-01-01,1,p,1,2",
                     "A,2024-01-31 24:00,1,p,1,2", "A,2024-01-31 10,1,p,1,2",
                     "A,20240131,1,p,1,2", "A,٢٠٢٤-٠١-٣١,1,p,1,2"),
            "future": ("A,2025-06-17,1,p,1,2", "A,9999-12-31,1,p,1,2"),
            "quantity": ("A,2024-01-31,1,p,,2", "A,2024-01-31,1,p,NaN,2", "A,2024-01-31,1,p,x,2",
                         "A,2024-01-31,1,p,1_0,2"),
            "zero": ("A,2024-01-31,1,p,0,2", "A,2024-01-31,1,p,-0.0,2",
                     "A,2024-01-31,1,p,0.001,2"),
            "amount": ("A,2024-01-31,1,p,1,", "A,2024-01-31,1,p,1,inf", "A,2024-01-31,1,p,1,-nan",
                       "A,2024-01-31,1,p,1,1.2.3", "A,2024-01-31,1,p,1,$5",
                       "A,2024-01-31,1,p,1,١"),
            "large": ("A,2024-01-31,1,p,1,1e12", "A,2024-01-31,1,p,1e9,1",
                      "A,2024-01-31,1,p,1,1e999"),
        }
        for reason, lines in cases.items():
            for line in lines:
                with self.subTest(line=line[:60]):
                    self.assertEqual(self.reason(line), reason)

    def test_rejected_rows_are_listed_with_line_and_text(self):
        _rows, listed, counts = read(
            HEADER + "A,2024-01-31,1,p,1,2\n\n,2024-01-31,1,p,1,2\nB,bad,1,\"p,q\",1,2\n")
        self.assertEqual(listed.splitlines(), [
            "line,reason,row",
            '4,no customer,",2024-01-31,1,p,1,2"',
            '5,"date is not YYYY-MM-DD, with or without HH:MM[:SS]","B,bad,1,""p,q"",1,2"',
        ])
        self.assertEqual(counts, {"customer": 1, "date": 1})

    def test_no_list_without_bad_rows(self):
        self.assertEqual(read(HEADER + "A,2024-01-31,1,p,1,2\n")[1], "")

    def test_open_quote_costs_its_own_line_only(self):
        good = "".join(f'"B{n}",2024-01-31,1,"p",1,2\n' for n in range(50))
        rows, _listed, counts = read(HEADER + 'A,2024-01-31,"1,p,1,2\n' + good)
        self.assertEqual([row.customer for row in rows], [f"B{n}" for n in range(50)])
        self.assertEqual(counts, {"quotes": 1})

    def test_open_quote_in_the_last_line(self):
        rows, _listed, counts = read(HEADER + 'A,2024-01-31,1,p,1,2\nB,2024-01-31,"1,p,1,2')
        self.assertEqual((len(rows), counts), (1, {"quotes": 1}))

    def test_quoted_values(self):
        rows, _listed, counts = read(
            HEADER + '"Ann ""A"" Lee, Ltd",2024-01-31,1,"two\nlines",1,2\nB,2024-01-31,2,p,1,2\n')
        self.assertEqual(rows[0].customer, 'Ann "A" Lee, Ltd')
        self.assertEqual(rows[0].product, "two lines")
        self.assertEqual(rows[1].line, 4)
        self.assertFalse(counts)

    def test_windows_lines_and_blanks(self):
        rows, _listed, counts = read(
            (HEADER + " Ann ,2024-01-31, 1 ,p, 1 , 2 \n \n").replace("\n", "\r\n"))
        self.assertEqual((rows[0].customer, rows[0].order), ("Ann", "1"))
        self.assertFalse(counts)

    def test_last_line_without_line_break(self):
        self.assertEqual(len(read(HEADER + "A,2024-01-31,1,p,1,2")[0]), 1)

    def test_empty_order_and_product(self):
        [row] = read(HEADER + "A,2024-01-31,,,1,2\n")[0]
        self.assertEqual((row.order, row.product), ("", ""))


class TestNumbers(unittest.TestCase):

    def amount(self, text, **rules):
        return read(HEADER + f"A,2024-01-31,1,p,1,{text}\n", **rules)[0][0].amount

    def test_rounding_is_half_away_from_zero(self):
        for text, amount in (
            ("2.675", "2.68"), ("-2.675", "-2.68"), ("2.6749", "2.67"), ("1e2", "100.00"),
            (".5", "0.50"), ("+3.", "3.00"), ("0", "0.00"), ("1e-400", "0.00"),
        ):
            self.assertEqual(self.amount(text), Decimal(amount), text)

    def test_rounding_follows_the_currency(self):
        self.assertEqual(self.amount("100.5", amount_step=Decimal("1.0")), 101)
        self.assertEqual(self.amount("0.33", amount_step=Decimal("0.05")), Decimal("0.35"))
        self.assertEqual(self.amount("0.3335", amount_step=Decimal("0.001")), Decimal("0.334"))

    def test_returns(self):
        text = HEADER + "A,2024-01-31,1,p,-2,-5\nA,2024-01-31,1,p,-2,5\nA,2024-01-31,1,p,1,-3\n"
        file = order_file.OrderFile(io.BytesIO(text.encode()), order_file.Rules(TODAY))
        amounts = [row.amount for row in file.rows(order_file.RejectedRows())]
        self.assertEqual(amounts, [-5, -5, -3])
        self.assertEqual(file.unsigned_returns, 1)

    def test_random_amounts_keep_their_cents(self):
        rng = random.Random(1)
        cents = [rng.randrange(-10**13, 10**13) for _ in range(500)]
        lines = "".join(f"A,2024-01-31,1,p,1,{Decimal(c).scaleb(-2)}\n" for c in cents)
        rows = read(HEADER + lines)[0]
        self.assertEqual([row.amount for row in rows], [Decimal(c).scaleb(-2) for c in cents])


class TestDates(unittest.TestCase):

    def moment(self, text, hours=0):
        """Return the stored time of a date in a zone so many hours ahead of UTC."""
        def to_utc(local):
            return local - timedelta(hours=hours)
        row = read(HEADER + f"A,{text},1,p,1,2\n", to_utc=to_utc)[0][0]
        return datetime.fromisoformat(row.moment)

    def test_a_day_is_stored_at_noon(self):
        self.assertEqual(self.moment("2024-02-29"), datetime(2024, 2, 29, 12))

    def test_a_day_stays_the_day_in_every_zone(self):
        for hours in range(-12, 15):
            local = self.moment("2024-02-29", hours) + timedelta(hours=hours)
            self.assertEqual(local.date(), date(2024, 2, 29), hours)

    def test_times(self):
        self.assertEqual(self.moment("2024-02-29T23:59:58", 8), datetime(2024, 2, 29, 15, 59, 58))
        self.assertEqual(self.moment("2024-02-29 00:30", 8), datetime(2024, 2, 28, 16, 30))

    def test_tomorrow_is_allowed(self):
        self.assertEqual(self.moment("2025-06-16").date(), date(2025, 6, 16))


class TestMemory(unittest.TestCase):

    def test_memory_does_not_grow_with_the_file(self):
        def peak(count):
            lines = (f"C{n},2024-01-31,{n},p,1,2\n" for n in range(count))
            content = gzip.compress((HEADER + "".join(lines)).encode())
            file = order_file.OrderFile(io.BytesIO(content), order_file.Rules(TODAY))
            tracemalloc.start()
            for _row in file.rows(order_file.RejectedRows()):
                pass
            size = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return size
        self.assertLess(peak(30_000), peak(3_000) * 2 + 100_000)


if __name__ == "__main__":
    unittest.main()
