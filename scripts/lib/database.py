"""Databases and the filestores that belong to them.

A database that was finished carries a comment that says of what; one without is not trusted.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from lib import config, postgres, state


@contextlib.contextmanager
def cursor(database: str = "postgres") -> Iterator["psycopg2.extensions.cursor"]:
    """A cursor outside any transaction, as CREATE DATABASE demands."""
    connection = postgres.server().connect(database)
    connection.autocommit = True
    try:
        with connection.cursor() as found:
            yield found
    finally:
        connection.close()


def execute(statement: str, *names: str, values: tuple = ()) -> None:
    """Runs a statement about databases; `{}` stand for their names."""
    with cursor() as cr:
        cr.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values or None)


def filestore(database: str) -> Path:
    """The folder of a database's attachments."""
    return config.data_folder() / "filestore" / database


def exists(database: str) -> bool:
    """Whether there is such a database."""
    with cursor() as cr:
        cr.execute("SELECT FROM pg_database WHERE datname = %s", (database,))
        return bool(cr.rowcount)


def names(prefix: str) -> list[str]:
    """The databases whose name begins so."""
    with cursor() as cr:
        cr.execute("SELECT datname FROM pg_database ORDER BY datname")
        return [name for (name,) in cr.fetchall() if name.startswith(prefix)]


def create(database: str) -> None:
    """A new empty database, with the order of characters that Odoo asks for."""
    drop(database)
    execute("CREATE DATABASE {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0", database)


def drop(database: str) -> None:
    """Removes a database with its filestore, whoever is connected."""
    disconnect(database)
    execute("DROP DATABASE IF EXISTS {}", database)
    state.remove(filestore(database))


def disconnect(database: str) -> None:
    """Ends the connections to a database."""
    with cursor() as cr:
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid() AND usename = current_user",
            (database,),
        )


def copy(source: str, database: str) -> None:
    """Copies a database with its filestore."""
    drop(database)
    disconnect(source)
    if filestore(source).exists():
        shutil.copytree(filestore(source), filestore(database))
    with cursor() as cr:
        # Copying files is faster than copying through the log, on a server that can choose.
        strategy = " STRATEGY file_copy" if cr.connection.server_version >= 150000 else ""
    execute("CREATE DATABASE {} TEMPLATE {}" + strategy, database, source)


def keep_unvacuumed(database: str) -> None:
    """Keeps PostgreSQL's autovacuum off all tables of a database for tests.

    Tests roll back what they load. A table that is vacuumed after that counts as empty, and for
    the rest of the run the planner takes thousands of rows for none.
    """
    with cursor(database) as cr:
        cr.execute(
            "SELECT oid::regclass::text FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        changes = [
            f"ALTER TABLE {table} SET (autovacuum_enabled = false)" for (table,) in cr.fetchall()
        ]
        cr.execute("; ".join(changes))


def rename(database: str, name: str) -> None:
    """Gives a database and its filestore another name, the filestore first."""
    disconnect(database)
    state.remove(filestore(name))
    if filestore(database).exists():
        filestore(database).rename(filestore(name))
    execute("ALTER DATABASE {} RENAME TO {}", database, name)


def facts(database: str) -> dict[str, Any]:
    """What was noted of a finished database; nothing if it was not finished, or is not there."""
    with cursor() as cr:
        cr.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            (database,),
        )
        row = cr.fetchone()
    try:
        found = json.loads(row[0]) if row and row[0] else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def note(database: str, **values: object) -> None:
    """Marks a database as finished."""
    execute("COMMENT ON DATABASE {} IS %s", database, values=(json.dumps(values),))
