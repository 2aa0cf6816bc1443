"""Reads an order history from CSV, row by row. Plain Python: knows no database and no Odoo.

The file is UTF-8 text, plain or gzipped, with a header that names the columns
``customer, date, order, product, quantity, amount`` in any order. A row that cannot
be understood raises nothing: it goes to the list of rejected rows, and the reading
goes on with the next line. Memory does not grow with the file.
"""

import csv
import gzip
import io
import re
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import BinaryIO, NamedTuple, TextIO

COLUMNS = ("customer", "date", "order", "product", "quantity", "amount")
ALIASES = {
    "customer_id": "customer",
    "order_id": "order",
    "order_date": "date",
    "product_id": "product",
    "qty": "quantity",
}

MAX_TEXT = 200
"""Characters of a customer, order or product: longer ones do not fit PostgreSQL's indexes."""
MAX_LINE = 10_000
"""Characters of a line."""
MAX_RECORD_LINES = 20
"""Lines that a quoted value may span."""
MAX_AMOUNT = Decimal(10) ** 12
MAX_QUANTITY = Decimal(10) ** 9
FIRST_DAY = date(1900, 1, 1)

REASONS = {
    "fields": "wrong number of fields",
    "quotes": "quotation marks do not match",
    "long": "a line or a value is too long",
    "control": "control characters",
    "customer": "no customer",
    "date": "date is not YYYY-MM-DD, with or without HH:MM[:SS]",
    "future": "date lies in the future",
    "quantity": "quantity is not a number",
    "zero": "quantity is zero",
    "amount": "amount is not a number",
    "large": "number is too large",
}
"""Why a row is rejected: the key counts, the text is what people read."""

FILE_ERRORS = {
    "empty": "The file is empty.",
    "encoding": "The file is not UTF-8 text (after line %(line)s).",
    "gzip": "The file is not a whole gzip file.",
    "missing": "The header lacks the column: %(columns)s.",
    "twice": "The header names a column twice: %(columns)s.",
}
"""Why a whole file is refused."""

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LINE_BREAKS = re.compile(r"[\t\n]+")


class OrderFileError(Exception):
    """The file as a whole cannot be read.

    :ivar code: a key of :data:`FILE_ERRORS`
    :ivar values: what its text names
    """

    def __init__(self, code: str, **values):
        super().__init__(FILE_ERRORS[code] % values)
        self.code = code
        self.values = values


class BadRow(Exception):
    """A row cannot be understood; ``args[0]`` is a key of :data:`REASONS`."""


class OrderRow(NamedTuple):
    """A line of an order.

    ``day`` is the file's own day, ``moment`` the UTC time to store; ``quantity`` is
    rounded to the database's precision, ``amount`` to the currency's.
    """

    line: int
    customer: str
    day: str
    moment: str
    order: str
    product: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Rules:
    """What a row is measured by.

    :ivar today: the present day in the company's time zone; rows after tomorrow are bad
    :ivar to_utc: turns a naive local time into naive UTC
    :ivar amount_step: the currency's rounding; halves are rounded away from zero
    :ivar quantity_step: the smallest quantity the database keeps
    """

    today: date
    to_utc: Callable[[datetime], datetime] = lambda moment: moment
    amount_step: Decimal = Decimal("0.01")
    quantity_step: Decimal = Decimal("0.01")


@dataclass
class RejectedRows:
    """Counts bad rows by reason, and lists them as CSV where a place is given.

    :ivar place: opens the list when the first bad row comes
    :ivar texts: the reasons as people read them
    """

    place: Callable[[], TextIO] | None = None
    texts: Mapping[str, str] = field(default_factory=lambda: REASONS)
    counts: Counter = field(default_factory=Counter)
    _file: TextIO | None = None

    def add(self, line: int, reason: str, raw: str) -> None:
        """Count and list the row at a line (1 is the header) for a reason."""
        self.counts[reason] += 1
        self.note(line, reason, raw)

    def note(self, line: int, reason: str, raw: str) -> None:
        """List a row without counting it."""
        if self._file is None and self.place is not None:
            self._file = self.place()
            csv.writer(self._file).writerow(("line", "reason", "row"))
        if self._file is not None:
            csv.writer(self._file).writerow((line, self.texts[reason], raw))

    @property
    def total(self) -> int:
        """How many rows were bad."""
        return self.counts.total()


class OrderFile:
    """An open order history.

    >>> text = b"customer,date,order,product,quantity,amount\\nAnn,2024-02-29,1,tea,2,9.995\\n"
    >>> file = OrderFile(io.BytesIO(text), Rules(date(2024, 3, 1)))
    >>> [(row.moment, str(row.amount)) for row in file.rows(RejectedRows())]
    [('2024-02-29 12:00:00', '10.00')]

    :ivar line: the number of the line read last
    :ivar unsigned_returns: rows with a negative quantity whose amount had no minus sign
    """

    def __init__(self, source: BinaryIO, rules: Rules, name: str = ""):
        """Open the file and read its header.

        :param source: a seekable binary file, at its beginning
        :param name: the file's name; one that ends in ``.gz`` must be gzipped
        :raises OrderFileError: when the file is empty, not UTF-8, or lacks a column
        """
        self.rules = rules
        self.line = 0
        self.unsigned_returns = 0
        self._source = source
        self._text = self._open(name)
        self._moments: dict[str, tuple[str, str]] = {}
        self._delimiter, self._width, self._places = self._header()

    def position(self) -> int:
        """Return how many bytes of the source are used up."""
        return self._source.tell()

    def rows(self, rejected: RejectedRows) -> Iterator[OrderRow]:
        """Yield the good rows and hand the bad ones to ``rejected``.

        :raises OrderFileError: when the rest of the file cannot be decoded
        """
        for line, raw, fields, reason in self._records():
            try:
                if fields is None:
                    raise BadRow(reason)
                row = self._row(line, fields)
            except BadRow as bad:
                rejected.add(line, bad.args[0], raw)
            else:
                yield row

    def _open(self, name: str) -> io.TextIOWrapper:
        magic = self._source.read(2)
        self._source.seek(0)
        if not magic:
            raise OrderFileError("empty")
        binary = self._source
        if magic == b"\x1f\x8b":
            binary = gzip.GzipFile(fileobj=self._source, mode="rb")
        elif name.lower().endswith(".gz"):
            raise OrderFileError("gzip")
        return io.TextIOWrapper(binary, encoding="utf-8-sig", newline=None)

    def _header(self) -> tuple[str, int, list[int]]:
        """Return the delimiter, the number of fields, and the places of our columns."""
        header = ""
        while not header.strip():
            header = self._readline()
            if not header:
                raise OrderFileError("empty")
        delimiter = max(",;\t", key=header.count)
        try:
            titles = next(csv.reader([header], delimiter=delimiter))
        except csv.Error:
            titles = []
        names = [title.strip().lower() for title in titles]
        names = [ALIASES.get(name, name) for name in names]
        missing = [column for column in COLUMNS if column not in names]
        if missing:
            raise OrderFileError("missing", columns=", ".join(missing))
        twice = [column for column in COLUMNS if names.count(column) > 1]
        if twice:
            raise OrderFileError("twice", columns=", ".join(twice))
        return delimiter, len(names), [names.index(column) for column in COLUMNS]

    def _readline(self) -> str:
        """Return the next line, cut at :data:`MAX_LINE`; empty at the end of the file."""
        try:
            line = self._text.readline(MAX_LINE)
            rest = line
            while rest and not rest.endswith("\n") and len(rest) == MAX_LINE:
                rest = self._text.readline(MAX_LINE)
        except UnicodeDecodeError as error:
            raise OrderFileError("encoding", line=self.line) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise OrderFileError("gzip") from error
        self.line += bool(line)
        return line

    def _records(self) -> Iterator[tuple[int, str, list[str] | None, str]]:
        """Yield ``(line, raw text, fields, reason)``; fields are None where a reason is.

        An open quotation mark costs its own line only: the lines after it are read again.
        """
        again: deque[tuple[int, str]] = deque()
        while True:
            if again:
                line, text = again.popleft()
            else:
                text = self._readline()
                line = self.line
            if not text:
                return
            raw = text.removesuffix("\n")
            if not raw.strip():
                continue
            if len(raw) >= MAX_LINE:
                yield line, raw[:MAX_TEXT], None, "long"
            elif '"' not in raw:
                yield line, raw, raw.split(self._delimiter), ""
            else:
                yield self._quoted(line, text, again)

    def _quoted(
        self, line: int, text: str, again: deque
    ) -> tuple[int, str, list[str] | None, str]:
        """Return the record that begins here, with the lines its quoted values span."""
        taken = deque([(line, text)])
        record = text
        while True:
            try:
                fields = next(csv.reader([record], delimiter=self._delimiter, strict=True))
            except csv.Error as error:
                open_quote = "unexpected end of data" in str(error)
                fields = None
            if fields is not None and (len(taken) == 1 or len(fields) == self._width):
                return line, record.removesuffix("\n"), fields, ""
            if fields is not None or not open_quote or len(taken) >= MAX_RECORD_LINES:
                break
            following = again.popleft() if again else self._following()
            if not following[1]:
                break
            taken.append(following)
            record += following[1]
        taken.popleft()
        again.extendleft(reversed(taken))
        return line, text.removesuffix("\n"), None, "quotes"

    def _following(self) -> tuple[int, str]:
        text = self._readline()
        return self.line, text

    def _row(self, line: int, fields: list[str]) -> OrderRow:
        if len(fields) != self._width:
            raise BadRow("fields")
        customer, moment, order, product, quantity, amount = (
            fields[place].strip() for place in self._places
        )
        customer, order, product = (_text(value) for value in (customer, order, product))
        if not customer:
            raise BadRow("customer")
        day, utc = self._moment(moment)
        pieces = _number(quantity, "quantity", MAX_QUANTITY, self.rules.quantity_step)
        if not pieces:
            raise BadRow("zero")
        value = _number(amount, "amount", MAX_AMOUNT, self.rules.amount_step)
        if pieces < 0 < value:
            self.unsigned_returns += 1
            value = -value
        return OrderRow(line, customer, day, utc, order, product, pieces, value)

    def _moment(self, text: str) -> tuple[str, str]:
        """Return the file's day and the UTC time to store for a date."""
        known = self._moments.get(text)
        if known is None:
            if len(self._moments) > 20_000:
                self._moments.clear()
            known = self._moments[text] = self._parse_moment(text)
        return known

    def _parse_moment(self, text: str) -> tuple[str, str]:
        match = MOMENT.fullmatch(text)
        if not match:
            raise BadRow("date")
        day, *clock = match.groups()
        hour, minute, second = (int(part or 0) for part in clock)
        try:
            local = datetime.fromisoformat(day).replace(hour=hour, minute=minute, second=second)
        except ValueError:
            raise BadRow("date") from None
        if local.date() < FIRST_DAY:
            raise BadRow("date")
        if local.date() > self.rules.today + timedelta(days=1):
            raise BadRow("future")
        utc = self.rules.to_utc(local) if clock[0] else self._noon(local)
        return day, utc.strftime("%Y-%m-%d %H:%M:%S")

    def _noon(self, midnight: datetime) -> datetime:
        """Return 12:00 UTC of a day, or local noon where that falls on another local day."""
        noon = midnight + timedelta(hours=12)
        local_noon = self.rules.to_utc(noon)
        ahead = noon - local_noon
        return noon if timedelta(hours=-12) <= ahead < timedelta(hours=12) else local_noon


def _text(value: str) -> str:
    """Return a value of one line, or raise BadRow."""
    if CONTROL.search(value):
        value = LINE_BREAKS.sub(" ", value)
        if CONTROL.search(value):
            raise BadRow("control")
    if len(value) > MAX_TEXT:
        raise BadRow("long")
    return value


def _number(text: str, reason: str, limit: Decimal, step: Decimal) -> Decimal:
    """Return a number rounded to a multiple of ``step``, halves away from zero.

    >>> _number("2.675", "amount", MAX_AMOUNT, Decimal("0.01"))
    Decimal('2.68')
    """
    if not NUMBER.fullmatch(text):
        raise BadRow(reason)
    number = Decimal(text)
    if abs(number) >= limit:
        raise BadRow("large")
    return (number / step).quantize(Decimal(1), ROUND_HALF_UP) * step
