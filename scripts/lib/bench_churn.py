"""The product's own back-test on an order history from a file, in a fresh database."""

from datetime import date, timedelta
from pathlib import Path

from odoo.tools import SQL

from lib import say

#: The columns of the table, in the order of the JSON objects.
FIGURES = (
    "n", "churn_rate", "auc", "ap", "brier", "ece", "auc_recency", "ap_recency",
    "auc_rule", "ap_rule", "p10", "days_earlier_than_rule", "auc_plain", "ap_plain",
    "auc_shuffled",
)


def load(env, files: list[Path]) -> None:
    """Loads order histories the way the product's import does."""
    for file in files:
        with file.open("rb") as source:
            report = env["runwell.order.history"]._load(source, env.company, file.name)
        env.cr.commit()
        say.line(f"  {file.name}: {report}")
    for table in ("res_partner", "sale_order", "sale_order_line"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.cr.commit()


def evaluate(env, cutoffs: list[date], horizon: int) -> list[dict]:
    """The figures of each day; a cutoff is the first day that was not known."""
    from odoo.addons.crm_runwell.scoring.backtest import measure

    model = env["runwell.scoring.model"]._active_of(env.company)
    env.cr.commit()
    found = []
    for cutoff in cutoffs:
        with say.step(f"{cutoff}, {horizon} days"):
            rows, early = model._evaluate(cutoff - timedelta(days=1), horizon)
            env.cr.rollback()
        figures = measure(rows)
        figures["days_earlier_than_rule"] = early and early["days"]
        found.append({
            "cutoff": cutoff.isoformat(), "horizon": horizon,
            **{name: figures[name] for name in FIGURES},
        })
    return found


def table(rows: list[dict]) -> str:
    """The figures as Markdown, with their means."""
    head = ["cutoff", "n", *(name.replace("_", " ") for name in FIGURES[1:])]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in [*rows, {"cutoff": "mean", **{name: mean(rows, name) for name in FIGURES}}]:
        cells = [row["cutoff"], *(written(name, row[name]) for name in FIGURES)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def mean(rows: list[dict], name: str) -> float | None:
    """The mean of a figure over the days that have one."""
    values = [row[name] for row in rows if row[name] is not None]
    return sum(values) / len(values) if values else None


def written(name: str, value: float | None) -> str:
    """A figure as the table shows it."""
    if value is None:
        return "–"
    if name == "n":
        return f"{value:,.0f}"
    return f"{value:.1f}" if name.startswith("days") else f"{value:.4f}"
