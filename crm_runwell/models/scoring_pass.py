"""One pass over the customers of a company: from its documents to a working table of scores."""

from dataclasses import replace

from odoo.tools import SQL

from ..scoring import facts, opinion, prediction, value
from ..scoring import score as scoring
from ..scoring.features import day_totals
from ..scoring.opinion import Anchor
from ..scoring.season import Clock
from . import working_table

#: The working tables; they live as long as the transaction.
DAYS, BEHAVIOUR = "runwell_day_pass", "runwell_behaviour_pass"
FEATURES, SCORED, MIXES = "runwell_feature_pass", "runwell_scored_pass", "runwell_mix_pass"
#: Name of the table of a kind of fact.
KNOWN = "runwell_{}_pass"

#: Customers on whom the level of the second opinion is tied to the model's.
ANCHOR_CUSTOMERS = 5_000


class ScoringPass:
    """Fills the table :data:`SCORED` as of a day.

    Tonight's run and a back-test of a past day go through here alike.

    Usage: ``statistics = ScoringPass(env, model, as_of, learned).run()``

    :param model: the ``runwell.scoring.model`` whose settings hold
    :param learned: :class:`~..scoring.learning.Learned`, as of the same day or before
    :param partner_ids: commercial partners to score, None for all
    :param everyone: see :func:`~..scoring.score.collect`
    """

    def __init__(self, env, model, as_of, learned, partner_ids=None, everyone=False, rules=None):
        self.env = env
        self.scope = model._scope(as_of, partner_ids)
        self.rules = rules or model._rules()
        self.model = model
        self.learned = learned
        self.everyone = everyone

    def run(self, statistics=None):
        """Fill the table.

        :param statistics: those of a full pass, to grade a few customers by
        :return: the :class:`~..scoring.value.Statistics` that were used
        """
        season = self.learned.season
        has_categories = bool(season and season.categories)
        known = self._keep_facts() if self.learned.opinion or has_categories else {}
        days = self._keep_days(known) if self.learned.opinion else None
        self._make(FEATURES, scoring.collect(
            self.scope, self.rules, days, known.get("debts"), self.everyone,
        ))
        clock = self._clock()
        if has_categories:
            clock = clock.knowing(self._make(
                MIXES, clock.sql_mixes(known["lines"], self.scope.as_of)
            ))
        if statistics is None:
            [row] = self.env.execute_query(value.statistics(FEATURES))
            statistics = value.read_statistics(row, self.model._rhythm_days([]))
            if self.learned.opinion:
                statistics = self._anchored(statistics, clock)
        working_table.make(self.env.cr, SCORED, scoring.scored(
            self.scope, self.rules, self.learned, clock, statistics, FEATURES, BEHAVIOUR
        ))
        return statistics

    def _make(self, table, query):
        return working_table.keep(self.env.cr, table, query)

    def _keep_facts(self):
        """Keep what is known besides the days of purchase; return SQL of each, by name."""
        return {
            name: self._make(KNOWN.format(name), query)
            for name, query in facts.read(self.scope).items()
        }

    def _keep_days(self, known):
        """Keep the days of purchase, which features and behaviour both read; return their SQL."""
        days = self._make(DAYS, day_totals(self.scope, known["lines"]))
        self._make(BEHAVIOUR, opinion.behaviour(
            days, known, self.scope.as_of, self.rules.horizon
        ))
        return days

    def _clock(self):
        """Return the :class:`Clock` from the first order day of those to be scored."""
        [(first_day,)] = self.env.execute_query(SQL(
            "SELECT least(min(first_day), %s::date) FROM %s",
            self.scope.as_of, SQL.identifier(FEATURES),
        ))
        return Clock(self.learned.season, first_day, self.scope.as_of)

    def _anchored(self, statistics, clock):
        """Return the statistics with the level of the second opinion tied to the model's."""
        source = (
            self.scope, self.rules, self.learned, clock, statistics, FEATURES, BEHAVIOUR
        )
        [(mean_risk, *means)] = self.env.execute_query(prediction.opinion_means(*source))
        if mean_risk is None:
            return statistics
        rows = self.env.execute_query(
            prediction.opinion_sample(*source, means, ANCHOR_CUSTOMERS)
        )
        level, weight = opinion.logit(mean_risk), self.learned.opinion.weight
        logits = [
            level + weight * (opinion.logit(risk) - level + linear) for risk, linear in rows
        ]
        shift = opinion.shift_to(logits, mean_risk)
        return replace(statistics, anchor=Anchor(tuple(means), mean_risk, shift))
