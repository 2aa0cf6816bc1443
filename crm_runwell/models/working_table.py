"""Temporary tables that live as long as the transaction: between two statements of one pass."""

from odoo.tools import SQL


def drop(cr, table):
    """Drop a working table that an earlier pass of the same transaction left."""
    cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", SQL.identifier(table)))


def make(cr, table, query):
    """Make a working table anew from a query."""
    drop(cr, table)
    cr.execute(SQL(
        "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", SQL.identifier(table), query
    ))


def analyse(cr, table):
    """Let PostgreSQL see what is in a table: it takes a new one for empty."""
    cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def keep(cr, table, query):
    """Make a working table that PostgreSQL sees into; return SQL of its rows."""
    make(cr, table, query)
    analyse(cr, table)
    return SQL("SELECT * FROM %s", SQL.identifier(table))
