"""Learns from a company's history, as of a day: asks the database, lets ``scoring`` reckon."""

from dataclasses import replace
from datetime import timedelta

from odoo.tools import SQL

from ..scoring import churn, facts, learning, metrics, opinion
from ..scoring.learning import Learned
from ..scoring.opinion import FEATURES, Opinion
from ..scoring.season import FLAT, Clock, fit_categories, fit_season
from . import working_table

DAYS, DESIGN = "runwell_learning_days", "runwell_learning_design"
#: Name of the table of a kind of fact.
KNOWN = "runwell_learning_{}"


class Learner:
    """One learning: MBG/NBD, the season, the recent activity and the second opinion.

    Everything is read from the documents up to ``scope.as_of`` alone. The season, those of
    the product categories and the opinion are kept only where the company's own past is
    better with them.

    Usage: ``Learner(env, scope, horizon, rhythm_days).learn()``

    :param scope: :class:`~..scoring.purchases.Scope`, of all customers
    :param int horizon: days ahead in which a customer is expected to order
    :param rhythm_days: called with the grouped buyers: the rhythm of the default parameters
    """

    def __init__(self, env, scope, horizon, rhythm_days):
        self.env = env
        self.scope = scope
        self.as_of = scope.as_of
        self.horizon = horizon
        self.rhythm_days = rhythm_days
        self.first_day = scope.as_of
        self.known = {}

    def learn(self):
        """Return the :class:`~..scoring.learning.Learned` of the day."""
        self._prepare()
        groups = self._run(learning.buyers(DAYS))
        if not groups:
            parameters = churn.default_parameters(self.rhythm_days([]))
            return Learned(parameters, parameters, refusal="buyers")
        self.first_day = min(first for _x, first, _last, _n in groups)
        history = (self.as_of - self.first_day).days + 1
        calendar = Clock(None, self.first_day, self.as_of)
        plain, likelihood, refusal = self._fit(groups, calendar)
        common = {"customers": sum(group[3] for group in groups), "history_days": history}
        if refusal:
            return Learned(plain, plain, refusal=refusal, **common)
        season, clock, parameters, gain = self._learn_season(groups, calendar, plain)
        season, clock, parameters, category_gain = self._learn_categories(
            season, clock, parameters
        )
        factor = self._activity(parameters, clock) if season else 1.0
        return Learned(
            parameters, plain, season, factor, self._learn_opinion(parameters, clock),
            is_fitted=True, log_likelihood=likelihood, season_gain=gain,
            category_gain=category_gain, **common,
        )

    def brier(self, learned):
        """Return the Brier score of a learning on the newest past days, None if there are too few.

        Of the churn model with season and activity, without the second opinion.
        Call it after :meth:`learn`, in the same transaction.
        """
        days = learning.slice_days(self.first_day, self.as_of, self.horizon)[:1]
        clock = Clock(learned.season, self.first_day, self.as_of)
        rows = self._population(days[0], clock) if days else []
        if len(rows) < learning.FACTOR_CUSTOMERS:
            return None
        risk = risk_on(learned.parameters, clock, self.horizon, learned.factor)
        return _brier(rows, days[0], self.horizon, risk)

    def _run(self, query):
        return self.env.execute_query(query)

    def _prepare(self):
        """Make the working tables of those who are learnt from: their days, and the facts."""
        self.env.flush_all()
        sampled = [partner_id for (partner_id,) in self._run(learning.sample(self.scope))]
        scope = self.scope
        if len(sampled) == learning.FIT_CUSTOMERS:
            scope = scope.of(sampled)
        lines = self._keep(KNOWN.format("lines"), facts.FACTS["lines"].read(scope, None))
        self._keep(DAYS, learning.learning_days(scope, lines))
        self.known = {"lines": lines}
        if len(sampled) > learning.SLICE_CUSTOMERS:
            few = [partner_id for (partner_id,) in self._run(learning.sliced(DAYS))]
            scope = scope.of(few)
            self.known["lines"] = SQL("%s WHERE partner_id = ANY(%s)", lines, few)
        since = self.as_of - timedelta(days=learning.REACH + self.horizon)
        for name, fact in facts.FACTS.items():
            if name not in self.known:
                self.known[name] = self._keep(KNOWN.format(name), fact.read(scope, since))

    def _keep(self, table, query):
        return working_table.keep(self.env.cr, table, query)

    def _population(self, day, clock):
        """Return the rows of :func:`learning.population`, with mixes if the clock takes them."""
        return self._run(learning.population(DAYS, day, self._knowing(clock, day).mixes))

    def _knowing(self, clock, day):
        """Return the clock with the mixes of the customers of a past day."""
        if not clock.categories:
            return clock
        return clock.knowing(clock.sql_mixes(self.known["lines"], day))

    def _fit(self, groups, clock):
        """Return ``(parameters, log likelihood, refusal)``; defaults where a fit is refused."""
        rows = [
            (
                x, round(clock.between(first, last, *mix), 2),
                round(clock.between(first, self.as_of, *mix), 2), n,
            )
            for x, first, last, n, *mix in groups
        ]
        try:
            parameters, likelihood, _customers = churn.fit(rows)
            return parameters, likelihood, None
        except churn.FitError as error:
            return churn.default_parameters(self.rhythm_days(groups)), 0.0, error.reason

    def _learn_season(self, groups, calendar, plain):
        """Return ``(season, clock, parameters, gain)``; the calendar where no season helps."""
        season = fit_season(self._run(learning.weekly_counts(DAYS, self.as_of)), self.as_of)
        if season is None:
            return None, calendar, plain, None
        clock = Clock(season, self.first_day, self.as_of)
        parameters, _likelihood, refusal = self._fit(groups, clock)
        gain = None if refusal else self._season_gain(
            clock, risk_on(plain, calendar, learning.NEWEST),
            risk_on(parameters, clock, learning.NEWEST),
        )
        if gain is None or gain < learning.SEASON_GAIN:
            return None, calendar, plain, gain
        return season, clock, parameters, gain

    def _learn_categories(self, season, clock, parameters):
        """Return the same with a curve a product category, where that helps, and the gain."""
        lines = SQL("SELECT * FROM %s", SQL.identifier(KNOWN.format("lines")))
        weeks, paths = {}, {}
        for category, path, week, count in self._run(learning.category_weeks(lines, self.as_of)):
            weeks.setdefault(category, {})[week] = count
            paths[category] = [int(part) for part in path.split("/") if part]
        company = season or FLAT
        curves = fit_categories(weeks, paths, self.as_of, company)
        if not curves:
            return season, clock, parameters, None
        mixed = replace(company, categories=curves)
        own_clock = Clock(mixed, self.first_day, self.as_of)
        groups = self._run(learning.buyers(DAYS, own_clock.sql_mixes(lines, self.as_of)))
        own, _likelihood, refusal = self._fit(groups, own_clock)
        gain = None if refusal else self._season_gain(
            own_clock, risk_on(parameters, clock, learning.NEWEST),
            risk_on(own, own_clock, learning.NEWEST),
        )
        if gain is None or gain < learning.SEASON_GAIN:
            return season, clock, parameters, gain
        return mixed, own_clock, own, gain

    def _season_gain(self, clock, without, with_season):
        """Return by how much the Brier score on past days is better with the season.

        :param clock: the season's
        :param without: risk by the calendar, or by one curve, as :func:`risk_on` returns it
        :param with_season: risk on the season clock
        """
        difference = customers = 0
        for day in learning.slice_days(self.first_day, self.as_of)[:learning.GATE_SLICES]:
            rows = self._population(day, clock)
            if len(rows) < learning.FACTOR_CUSTOMERS:
                continue
            plain, seasonal = (
                _brier(rows, day, learning.NEWEST, risk) for risk in (without, with_season)
            )
            difference += (plain - seasonal) * len(rows)
            customers += len(rows)
        return difference / customers if customers else None

    def _activity(self, parameters, clock):
        """Return the factor on the horizon with which the newest past days come out right."""
        days = learning.slice_days(self.first_day, self.as_of)
        rows = self._population(days[0], clock) if days else []
        if len(rows) < learning.FACTOR_CUSTOMERS:
            return 1.0
        left = sum(_left(rows, days[0] + timedelta(days=learning.NEWEST)))
        factor = churn.activity_factor(parameters, [
            (x, *clock.times(first, last, days[0], learning.NEWEST, *mix))
            for x, first, last, _next, *mix in rows
        ], left / len(rows))
        low, high = learning.FACTOR_BOUNDS
        weight = len(rows) / (len(rows) + learning.FACTOR_WEIGHT)
        return min(max(factor ** weight, low), high)

    def _learn_opinion(self, parameters, clock):
        """Return the :class:`Opinion`, or None where it does not rank better than the model."""
        working_table.drop(self.env.cr, DESIGN)
        self.env.cr.execute(learning.create_design(DESIGN))
        for day in learning.slice_days(self.first_day, self.as_of, self.horizon):
            self.env.cr.execute(learning.fill_design(
                DESIGN, DAYS, self.known, day, self.horizon, parameters,
                self._knowing(clock, day),
            ))
        design = SQL.identifier(DESIGN)
        [(rows, left, slices, *spread)] = self._run(SQL(
            "SELECT count(*), coalesce(sum(left_), 0), count(DISTINCT slice), %s FROM %s",
            SQL(", ").join(
                SQL("stddev_pop(%s)", SQL.identifier(f"f{n}")) for n in range(len(FEATURES))
            ), design,
        ))
        if (rows < opinion.MIN_ROWS or slices < opinion.MIN_SLICES
                or min(left, rows - left) < opinion.MIN_CLASS):
            return None
        working_table.analyse(self.env.cr, DESIGN)
        scales = [value if value and value > 1e-9 else 1.0 for value in spread]
        whole = opinion.fit(self._run, DESIGN, scales)
        slices = self._opinion_slices(scales, whole)
        gain = _opinion_gain(slices)
        return gain and Opinion(tuple(scales), tuple(whole), gain, opinion.stretch([
            [(left, 0.5 * (risk + second)) for left, risk, second in customers]
            for customers in slices
        ]))

    def _opinion_slices(self, scales, whole):
        """Return ``(left, risk, second opinion)`` of the customers of the newest past days.

        Logits centred within a day; the opinion is the one learnt from others than them.
        """
        names = [SQL.identifier(f"f{place}") for place in range(len(FEATURES))]
        parts = [
            SQL("WHEN %s THEN %s", fold, opinion.sql_linear(
                Opinion(tuple(scales), tuple(coefficients), 0.0), [0.0] * len(FEATURES), names
            ))
            for fold in range(opinion.FOLDS)
            for coefficients in [opinion.fit(self._run, DESIGN, scales, fold, whole)]
        ]
        rows = self._run(SQL(
            """SELECT slice, left_::int, f0, CASE fold %s END
                 FROM %s WHERE slice IN (SELECT DISTINCT slice FROM %s ORDER BY 1 DESC LIMIT %s)
                ORDER BY slice""",
            SQL(" ").join(parts), SQL.identifier(DESIGN), SQL.identifier(DESIGN),
            learning.GATE_SLICES,
        ))
        by_slice = {}
        for day, left, risk, second in rows:
            by_slice.setdefault(day, []).append((left, risk, second))
        return list(by_slice.values())


def _opinion_gain(slices):
    """Return the mean gain in AUC on customers not learnt from, or None if it is too small."""
    ranks, gains = [], []
    for customers in slices:
        labels, risks, _seconds = zip(*customers, strict=True)
        if opinion.MIN_CLASS <= sum(labels) <= len(labels) - opinion.MIN_CLASS:
            both = [risk + second for _left, risk, second in customers]
            ranks.append(metrics.auc(both, labels))
            gains.append(ranks[-1] - metrics.auc(risks, labels))
    if not gains:
        return None
    mean = sum(gains) / len(gains)
    share = sum(gain > 0 for gain in gains) / len(gains)
    is_kept = (mean >= opinion.MIN_GAIN and share >= opinion.MIN_SHARE
               and sum(ranks) / len(ranks) >= opinion.MIN_RANK)
    return mean if is_kept else None


def _left(rows, end):
    """Return, for each row of a population, 1 if no order came up to ``end``, else 0."""
    return [int(row[3] is None or row[3] > end) for row in rows]


def _brier(rows, day, horizon, risk):
    """Return the Brier score of a risk over the population of a past day."""
    return metrics.brier(
        [risk(x, first, last, day, *mix) for x, first, last, _next, *mix in rows],
        _left(rows, day + timedelta(days=horizon)),
    )


def risk_on(parameters, clock, horizon, factor=1.0):
    """Return a function of ``(x, first_day, last_day, day, mix)``: the model's risk that day."""
    def risk(x, first_day, last_day, day, mix=None):
        t_x, age, ahead = clock.times(first_day, last_day, day, horizon, mix)
        return parameters.p_no_order(x, t_x, age, ahead * factor)
    return risk
