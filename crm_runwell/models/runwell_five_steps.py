"""The page "Five steps to high-value customers": its progress and its one call."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .constants import LIFECYCLES, VALUE_CLASSES

#: Bands of the churn risk: from, below.
RISKS = {"safe": (0, 1 / 3), "watch": (1 / 3, 2 / 3), "danger": (2 / 3, 1.01)}
#: The column of those who ordered too little for a risk to be told.
UNKNOWN = "unknown"
#: The columns of the grid.
COLUMNS = (*RISKS, UNKNOWN)
#: What is chosen until people choose otherwise: keep who is worth much today and may leave (of
#: secondary value once little is expected), attract the promising.
CHOICE = {
    "keep": ["high:watch", "high:danger", "secondary:watch", "secondary:danger"],
    "attract": ["potential:safe", "potential:watch"],
    "low_share": True, "prospects": False,
}
#: Whom to attract besides the cells of the grid: of these the choice says yes or no.
LINES = ("low_share", "prospects")
#: A share below this of a large spending is low.
LOW_SHARE = 1 / 3
#: What one should know of each customer: name, and the domain of those of whom it is not known.
KNOWLEDGE = {
    "manager": [("user_id", "=", False)],
    "industry": [("partner_id.industry_id", "=", False)],
    "turnover": [("partner_id.runwell_annual_turnover", "=", False)],
    "reach": [("partner_id.email", "=", False), ("partner_id.phone", "=", False)],
    "contact": [("partner_id.child_ids", "not any", [("type", "=", "contact")])],
    "relationship": [("partner_id.runwell_relationship_type_id", "=", False)],
}
STEPS = (1, 2, 3, 4, 5)


class RunwellFiveSteps(models.AbstractModel):
    """Five steps to high-value customers, over the customers that the reader may see.

    Know present and prospective customers; find those who earn the company money; choose whom
    to attract and whom to keep; know who influences the purchase; find who refers others.
    Nothing is kept but a user's progress and choice, company by company.
    """

    _name = "runwell.five.steps"
    _description = "Five steps to high-value customers"

    @api.model
    def get_page(self):
        """Return all that the page shows, for the company one works in.

        :return: dict: ``done`` (steps), ``choice``, ``know``, ``earn``, ``choose``,
            ``influence``, ``refer``; every count comes with the ``domain`` of ``runwell.score``
            behind it, amounts are in the company's currency
        :raise AccessError: unless the user may read scores
        """
        self.env["runwell.score"].check_access("read")
        progress = self._progress()
        return {
            "currency_id": self.env.company.currency_id.id, "done": progress["done"],
            "choice": progress["choice"],
            "may_plan": self.env["runwell.high.value.plan"].has_access("create"),
            "know": self._know(), "earn": self._earn(), "choose": self._choose(),
            "influence": self._influence(), "refer": self._refer(),
        }

    @api.model
    def set_done(self, step, is_done):
        """Note that a step is done, or not; return the steps that are.

        :raise AccessError: unless the user may read scores
        :raise UserError: for another step
        """
        self.env["runwell.score"].check_access("read")
        if step not in STEPS:
            raise UserError(self.env._("There are five steps."))
        done = set(self._progress()["done"]) - {step} | ({step} if is_done else set())
        self._keep_progress(done=sorted(done))
        return sorted(done)

    @api.model
    def choose(self, kind, cell):
        """Take a cell of the grid, or a line below it, into a choice or out.

        :param str kind: ``keep`` or ``attract``
        :param str cell: value class and risk, as ``high:danger``, or one of :data:`LINES`: the
            large ones with a low share, or who has not bought yet
        :return: the page, see :meth:`get_page`
        :raise UserError: for anything else
        """
        choice = self._progress()["choice"]
        cells = {f"{value}:{risk}" for value, _label in VALUE_CLASSES for risk in COLUMNS}
        if kind == "attract" and cell in LINES:
            choice[cell] = not choice[cell]
        elif kind in ("keep", "attract") and cell in cells:
            # A customer is either kept or attracted.
            other = "attract" if kind == "keep" else "keep"
            choice[other] = [taken for taken in choice[other] if taken != cell]
            if cell in choice[kind]:
                choice[kind] = [taken for taken in choice[kind] if taken != cell]
            else:
                choice[kind] = [*choice[kind], cell]
        else:
            raise UserError(self.env._("Choose a cell of the grid."))
        self._keep_progress(choice=choice)
        return self.get_page()

    # Progress

    @api.model
    def _progress(self):
        """Return the user's progress in this company: ``done`` and ``choice``."""
        # sudo: one's own settings, which every user has.
        settings = self.env["res.users.settings"].sudo()._find_or_create_for_user(self.env.user)
        kept = (settings.runwell_five_steps or {}).get(str(self.env.company.id), {})
        return {"done": kept.get("done", []), "choice": {**CHOICE, **kept.get("choice", {})}}

    @api.model
    def _keep_progress(self, **values):
        # sudo: as above.
        settings = self.env["res.users.settings"].sudo()._find_or_create_for_user(self.env.user)
        every = settings.runwell_five_steps or {}
        key = str(self.env.company.id)
        settings.runwell_five_steps = {**every, key: {**every.get(key, {}), **values}}

    # Domains

    @api.model
    def _customers(self):
        """Return the domain of the scores of the company's customers, archived ones left out."""
        return (
            Domain("company_id", "=", self.env.company.id) & Domain("active_partner", "=", True)
        )

    @api.model
    def _cell_domain(self, cell):
        """Return the domain of a cell of the grid, of customers who have bought."""
        value, risk = cell.split(":")
        bought = Domain("value_class", "=", value) & Domain("lifecycle", "!=", "prospect")
        if risk == UNKNOWN:
            return bought & Domain("churn_probability", "=", False)
        least, below = RISKS[risk]
        return (
            bought & Domain("churn_probability", ">=", least)
            & Domain("churn_probability", "<", below)
        )

    @api.model
    def _prospect_domain(self):
        """Return the domain of the scores of those who have not bought yet."""
        return self._customers() & Domain("lifecycle", "=", "prospect")

    @api.model
    def _low_share_domain(self):
        """Return the domain of the scores of who spends much, and little of it with us."""
        return self._customers() & Domain("partner_id.runwell_relation_ids", "any", [
            ("company_id", "=", self.env.company.id), ("is_large_spend", "=", True),
            ("spend", ">", 0), ("share", "<", LOW_SHARE),
        ])

    @api.model
    def _choice_domain(self, kind, choice=None):
        """Return the domain of the scores of the customers of a choice."""
        choice = choice or self._progress()["choice"]
        domain = Domain.OR([self._cell_domain(cell) for cell in choice[kind]])
        if kind == "attract" and choice["low_share"]:
            kept = Domain.OR([self._cell_domain(cell) for cell in choice["keep"]])
            domain |= self._low_share_domain() & ~kept
        if kind == "attract" and choice["prospects"]:
            domain |= self._prospect_domain()
        return self._customers() & domain

    # Step 1

    @api.model
    def _know(self):
        """Return how many customers there are by lifecycle, and what is not known of them."""
        Score, customers = self.env["runwell.score"], self._customers()
        counts = dict(Score._read_group(customers, ["lifecycle"], ["__count"]))
        total = sum(counts.values())
        labels = dict(Score._fields["lifecycle"]._description_selection(self.env))
        missing = [
            {
                "key": name, "count": Score.search_count(customers & Domain(unknown)),
                "domain": list(customers & Domain(unknown)),
            }
            for name, unknown in KNOWLEDGE.items()
        ]
        known = 1 - sum(row["count"] for row in missing) / (total * len(missing)) if total else 0
        return {
            "total": total, "domain": list(customers), "known": known, "missing": missing,
            "lifecycles": [
                {
                    "key": key, "label": labels[key], "count": counts.get(key, 0),
                    "domain": list(customers & Domain("lifecycle", "=", key)),
                }
                for key, _label in LIFECYCLES
            ],
        }

    # Step 3

    @api.model
    def _choose(self):
        """Return the grid value class × risk, and how many are chosen."""
        Score, customers = self.env["runwell.score"], self._customers()
        choice = self._progress()["choice"]
        labels = dict(Score._fields["value_class"]._description_selection(self.env))
        figures = {}
        for risk in COLUMNS:
            any_value = Domain.OR([
                self._cell_domain(f"{value}:{risk}") for value, _label in VALUE_CLASSES
            ])
            for value, count, revenue in Score._read_group(
                customers & any_value, ["value_class"], ["__count", "revenue_12m:sum"],
            ):
                figures[value, risk] = (count, revenue)
        rows = []
        for value, _label in reversed(VALUE_CLASSES):
            cells = []
            for risk in COLUMNS:
                key = f"{value}:{risk}"
                count, revenue = figures.get((value, risk), (0, 0.0))
                cells.append({
                    "key": key, "count": count, "revenue": revenue,
                    "domain": list(customers & self._cell_domain(key)),
                    "choice": next(
                        (kind for kind in ("keep", "attract") if key in choice[kind]), "",
                    ),
                })
            rows.append({"key": value, "label": labels[value], "cells": cells})
        low_share, prospects = self._low_share_domain(), self._prospect_domain()
        return {
            "rows": rows,
            "low_share": {
                "count": Score.search_count(low_share), "domain": list(low_share),
                "is_chosen": choice["low_share"],
            },
            "prospects": {
                "count": Score.search_count(prospects), "domain": list(prospects),
                "is_chosen": choice["prospects"],
            },
        }
