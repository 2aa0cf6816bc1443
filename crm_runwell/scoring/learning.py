"""What is learnt from a company's history, as of a day; and the SQL that prepares the learning."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from odoo.tools import SQL

from . import opinion
from .churn import Parameters, sql_p_alive, sql_p_order
from .features import day_totals
from .opinion import Opinion
from .purchases import documents
from .season import Season

#: Customers a fit reads, and customers whose past days the gates and the opinion read.
FIT_CUSTOMERS, SLICE_CUSTOMERS = 20_000, 5_000
#: Past days looked at, a step apart; the newest is old enough for 90 days to have followed.
STEP, NEWEST, MAX_SLICES, GATE_SLICES = 30, 90, 24, 12
MIN_HISTORY, MIN_CUSTOMERS = 60, 20
#: Days that the past days reach back, beyond the horizon that followed the newest.
REACH = STEP * MAX_SLICES
#: The season is kept while the Brier score on the past days is better by so much.
SEASON_GAIN = 0.001
#: The recent activity: shrunk like this many customers, and never beyond these bounds.
FACTOR_WEIGHT, FACTOR_BOUNDS, FACTOR_CUSTOMERS = 400, (0.75, 1.33), 50


@dataclass(frozen=True)
class Learned:
    """All that a company's history taught, as of a day.

    :ivar parameters: MBG/NBD, in season days where there is a season
    :ivar plain: MBG/NBD in calendar days
    :ivar season: :class:`Season`, or None where it does not help; flat where product
        categories alone have one
    :ivar factor: recent activity, on the horizon
    :ivar opinion: :class:`Opinion`, or None where it does not help
    :ivar is_fitted: False: stated defaults; then ``refusal`` says why
    :ivar season_gain: Brier score on the past days, calendar less season; None: not tried
    :ivar category_gain: the same, one curve less a curve a product category
    """

    parameters: Parameters
    plain: Parameters
    season: Season | None = None
    factor: float = 1.0
    opinion: Opinion | None = None
    is_fitted: bool = False
    refusal: str | None = None
    log_likelihood: float = 0.0
    customers: int = 0
    season_gain: float | None = None
    history_days: int = 0
    category_gain: float | None = None

    def as_json(self):
        """Return a JSON-ready dict that :meth:`from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, values):
        """Return what :meth:`as_json` kept.

        >>> kept = Learned(Parameters(1., 2., 3., 4.), Parameters(1., 2., 3., 4.))
        >>> Learned.from_json(kept.as_json()) == kept
        True
        """
        season, second = values["season"], values["opinion"]
        return cls(**values | {
            "parameters": Parameters(**values["parameters"]),
            "plain": Parameters(**values["plain"]),
            "season": season and Season.from_json(season),
            "opinion": second and Opinion.from_json(second),
        })


def sample(scope):
    """Return SQL of the buyers whose history is learnt from: all, or a fixed sample."""
    return SQL(
        """SELECT partner_id FROM (SELECT DISTINCT partner_id FROM (%s) d WHERE amount > 0) buyer
            ORDER BY hashint4(partner_id), partner_id LIMIT %s""",
        documents(scope), FIT_CUSTOMERS,
    )


def learning_days(scope, category_lines):
    """Return SQL of the days of the sampled buyers, with each customer's place in the sample.

    :param category_lines: SQL relation of :func:`.purchases.category_lines` of the scope
    """
    return SQL(
        """SELECT *, dense_rank() OVER (ORDER BY hashint4(partner_id), partner_id) AS place
             FROM (%s) d""",
        day_totals(scope, category_lines),
    )


def sliced(table):
    """Return SQL ``partner_id`` of the customers whose past days are looked at."""
    return SQL(
        "SELECT DISTINCT partner_id FROM %s WHERE place <= %s ORDER BY partner_id",
        SQL.identifier(table), SLICE_CUSTOMERS,
    )


def buyers(table, mixes=None):
    """Return SQL ``(x, first_day, last_day, customers)``, grouped; with ``mixes`` a ``mix`` too.

    :param mixes: SQL relation of :meth:`.season.Clock.sql_mixes`
    """
    own, join = _mixed(mixes)
    return SQL(
        """SELECT x, first_day, last_day, count(*)::int %(own)s
             FROM (SELECT partner_id, count(*)::int - 1 AS x, min(day) AS first_day,
                          max(day) AS last_day
                     FROM %(table)s WHERE NOT is_credit GROUP BY partner_id) buyer %(join)s
            GROUP BY x, first_day, last_day %(own)s ORDER BY x, first_day, last_day %(own)s""",
        table=SQL.identifier(table), own=own, join=join,
    )


def _mixed(mixes):
    """Return a column more, and the join that it takes; nothing without ``mixes``."""
    if mixes is None:
        return SQL(""), SQL("")
    return SQL(", mix"), SQL("LEFT JOIN (%s) mixed USING (partner_id)", mixes)


def weekly_counts(table, as_of):
    """Return SQL ``(weeks before as_of, order days in it)``, without the oldest part week."""
    return SQL(
        """SELECT week, count(*)::int
             FROM (SELECT (%(as_of)s::date - day) / 7 AS week,
                          (%(as_of)s::date - min(day) OVER () + 1) / 7 AS weeks
                     FROM %(table)s WHERE NOT is_credit) counted
            WHERE week < weeks GROUP BY week ORDER BY week""",
        as_of=as_of, table=SQL.identifier(table),
    )


def category_weeks(category_lines, as_of):
    """Return SQL ``(category, path, weeks before as_of, order days in it)``.

    Without the oldest part week, as :func:`weekly_counts`; ``path``: see ``parent_path``.
    """
    return SQL(
        """SELECT category.id, category.parent_path, week, count(*)::int
             FROM (SELECT categ_id, (%(as_of)s::date - day) / 7 AS week,
                          (%(as_of)s::date - min(day) OVER () + 1) / 7 AS weeks
                     FROM (%(lines)s) l) counted
             JOIN product_category category ON category.id = categ_id
            WHERE week < weeks GROUP BY category.id, week ORDER BY category.id, week""",
        as_of=as_of, lines=category_lines,
    )


def population(table, day, mixes=None):
    """Return SQL ``(x, first_day, last_day, next_day)`` of the customers of a past day.

    Two order days or more, the last not too long ago; ``next_day``: the next order known.

    :param mixes: see :func:`buyers`
    """
    own, join = _mixed(mixes)
    return SQL(
        """SELECT x, first_day, last_day, next_day %(own)s
             FROM (SELECT partner_id, (count(*) FILTER (WHERE day <= %(day)s))::int - 1 AS x,
                          min(day) AS first_day,
                          max(day) FILTER (WHERE day <= %(day)s) AS last_day,
                          min(day) FILTER (WHERE day > %(day)s) AS next_day
                     FROM %(table)s WHERE NOT is_credit AND place <= %(limit)s
                    GROUP BY partner_id) customer %(join)s
            WHERE x >= 1 AND last_day > %(longest)s
            ORDER BY x, first_day, last_day, next_day %(own)s""",
        own=own, join=join, table=SQL.identifier(table), day=day, limit=SLICE_CUSTOMERS,
        longest=day - timedelta(days=opinion.MAX_SILENCE),
    )


def slice_days(first_day, as_of, newest=NEWEST):
    """Return the past days to look at, newest first."""
    days = []
    day = as_of - timedelta(days=newest)
    while (day - first_day).days + 1 >= MIN_HISTORY and len(days) < MAX_SLICES:
        days.append(day)
        day -= timedelta(days=STEP)
    return days


def create_design(table):
    """Return SQL that makes the table the second opinion is fitted on."""
    return SQL(
        "CREATE TEMPORARY TABLE %s (slice date, fold int, left_ float8, base float8, %s)"
        " ON COMMIT DROP",
        SQL.identifier(table),
        SQL(", ").join(
            SQL("%s float8", SQL.identifier(f"f{place}"))
            for place in range(len(opinion.FEATURES))
        ),
    )


def fill_design(table, days_table, known, day, horizon, parameters, clock):
    """Return SQL that adds a past day to the design: features centred within that day.

    :param known: see :func:`.opinion.behaviour`
    """
    source = SQL(
        "SELECT * FROM %s WHERE place <= %s", SQL.identifier(days_table), SLICE_CUSTOMERS
    )
    return SQL(
        """
        INSERT INTO %(table)s
        SELECT %(day)s, fold, left_, ln(share / (1 - share)), %(centred)s
          FROM (SELECT *, avg(left_) OVER () AS share, count(*) OVER () AS customers
                  FROM (SELECT b.*, abs(hashint4(b.partner_id)) %% %(folds)s AS fold,
                               (next_day IS NULL OR next_day > %(end)s)::int::float8 AS left_
                          FROM (%(behaviour)s) b
                          LEFT JOIN (SELECT partner_id, min(day) AS next_day
                                       FROM %(days)s WHERE NOT is_credit AND day > %(day)s
                                      GROUP BY partner_id) later USING (partner_id)
                        OFFSET 0) labelled) customer
         WHERE share > 0 AND share < 1 AND customers >= %(fewest)s
        """,
        table=SQL.identifier(table), days=SQL.identifier(days_table),
        day=SQL("%s::date", day), end=SQL("%s::date", day + timedelta(days=horizon)),
        behaviour=with_risk(
            opinion.behaviour(source, known, day, horizon), parameters, clock, day, horizon
        ),
        centred=SQL(", ").join(
            SQL("%(name)s - avg(%(name)s) OVER ()", name=SQL.identifier(name))
            for name in opinion.FEATURES
        ),
        fewest=MIN_CUSTOMERS, folds=opinion.FOLDS,
    )


def with_risk(behaviour, parameters, clock, day, horizon):
    """Return SQL of the behaviour with the model's ``risk`` and ``alive`` as logits beside it.

    :param clock: :class:`.season.Clock` that knows the customers' mixes of the day
    """
    x = SQL("(occasion_count - 1)::float8")
    t_x, age = SQL("t_x"), SQL("age")
    end = day + timedelta(days=horizon)
    return SQL(
        """
        SELECT *, %(alive_logit)s AS alive, %(risk_logit)s AS risk
          FROM (SELECT *, 1 - p_alive * (%(p_order)s) AS p_no_order
                  FROM (SELECT *, %(p_alive)s AS p_alive
                          FROM (SELECT b.*, %(last)s - %(first)s AS t_x, %(now)s - %(first)s AS age,
                                       %(ahead)s AS ahead
                                  FROM (%(behaviour)s) b %(join)s
                                OFFSET 0) timed
                        OFFSET 0) alive
                OFFSET 0) risky
        """,
        behaviour=behaviour, join=clock.sql_join("b"),
        last=clock.sql_at(SQL("last_day")), first=clock.sql_at(SQL("first_day")),
        now=clock.sql_of(lambda mix: clock.at(day, mix)),
        ahead=clock.sql_of(lambda mix: clock.between(day, end, mix)),
        p_alive=sql_p_alive(parameters, x, t_x, age),
        p_order=sql_p_order(parameters, x, age, SQL("ahead")),
        alive_logit=opinion.sql_logit(SQL("p_alive")),
        risk_logit=opinion.sql_logit(SQL("p_no_order")),
    )
