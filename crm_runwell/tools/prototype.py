"""Rows written by SQL that look as if the ORM had written them.

Whatever modules are installed add columns to ``sale_order`` and its kin, some of
them required. So one record of each model is made through the ORM, its row is read,
and the record is taken back; every row that SQL inserts is then a copy of that row
with its own values laid over it. Where a module keeps a text made of the record's
name or code, the prototype's name in it is replaced by the row's own.
"""

import json
from dataclasses import dataclass, field

from odoo.tools import SQL


@dataclass(frozen=True)
class Prototype:
    """The stored row of a record that is gone again.

    :ivar model: the model's name
    :ivar row: its columns, as PostgreSQL's own JSON
    :ivar relations: ``(table, column1, column2, ids)`` of its many2many values
    """

    model: str
    id: int
    row: str
    relations: tuple = field(default=())

    @property
    def columns(self) -> dict:
        """Return the stored values by column name."""
        return json.loads(self.row)


def capture(record) -> Prototype:
    """Read the row of a flushed record."""
    cr = record.env.cr
    table = SQL.identifier(record._table)
    cr.execute(SQL("SELECT to_jsonb(t)::text FROM %s t WHERE id = %s", table, record.id))
    row = cr.fetchone()[0]
    relations = []
    for name in record._fields:
        relation = record._fields[name]
        if relation.type != "many2many" or not relation.store:
            continue
        cr.execute(SQL(
            "SELECT %s FROM %s WHERE %s = %s",
            SQL.identifier(relation.column2), SQL.identifier(relation.relation),
            SQL.identifier(relation.column1), record.id,
        ))
        ids = [found[0] for found in cr.fetchall()]
        if ids:
            relations.append((relation.relation, relation.column1, relation.column2, ids))
    return Prototype(record._name, record.id, row, tuple(relations))


def insert(env, prototype, source, values, links=(), marks=None) -> int:
    """Insert a copy of the prototype for each row of ``source``.

    :param source: what follows FROM, its ORDER BY included
    :param values: SQL by column; a column that this database lacks is left out
    :param links: ``(prototype, SQL)`` pairs: many2one columns that hold the id of that
        prototype get the SQL instead
    :param marks: SQL by mark, a text in the prototype that the SQL replaces
    :return: the number of rows inserted
    """
    model = env[prototype.model]
    linked = {(other.model, other.id): sql for other, sql in links}
    columns, terms = [], []
    for column, value in prototype.columns.items():
        term = values.get(column)
        if term is None and column == "id":
            continue
        if term is None:
            term = _own_value(model._fields.get(column), column, value, linked, marks or {})
        columns.append(SQL.identifier(column))
        terms.append(term)
    env.cr.execute(SQL(
        "INSERT INTO %(table)s (%(columns)s) SELECT %(terms)s"
        " FROM jsonb_populate_record(NULL::%(table)s, %(row)s::jsonb) proto, %(source)s",
        table=SQL.identifier(model._table), columns=SQL(", ").join(columns),
        terms=SQL(", ").join(terms), row=prototype.row, source=source,
    ))
    return env.cr.rowcount


def _own_value(field_, column, value, linked, marks) -> SQL:
    """Return the prototype's value of a column, its links and marks replaced."""
    term = SQL.identifier("proto", column)
    if isinstance(value, int) and field_ is not None and field_.type == "many2one":
        return linked.get((field_.comodel_name, value), term)
    if isinstance(value, str):
        for mark, text in marks.items():
            if mark in value:
                term = SQL("replace(%s, %s, %s)", term, mark, text)
    return term


def insert_relations(env, prototype: Prototype, ids: SQL) -> None:
    """Copy the prototype's many2many values to each record of ``ids``, a SELECT of ids."""
    for relation, column1, column2, others in prototype.relations:
        env.cr.execute(SQL(
            "INSERT INTO %s (%s, %s) SELECT new.id, other FROM (%s) new(id), unnest(%s) other",
            SQL.identifier(relation), SQL.identifier(column1), SQL.identifier(column2),
            ids, others,
        ))
