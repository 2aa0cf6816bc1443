"""What a database consists of, as a set of lines that can be compared.

The lines name every table, column, index, constraint, sequence, function, trigger and type, the
records by which Odoo describes itself, and how many rows each table has.
"""

from collections.abc import Iterable

from psycopg2 import sql

from lib import database

OBJECTS = {
    "table": "SELECT relkind::text || ' ' || relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')",
    "column": "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "index": "SELECT tablename || ': ' || indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraint": "SELECT conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "sequence": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    "function": "SELECT oid::regprocedure::text FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
    "trigger": "SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    "type": "SELECT typname FROM pg_type"
    " WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')",
    "schema": "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'",
    "extension": "SELECT extname FROM pg_extension",
}
RECORDS = {
    "ir_actions": "type || ' ' || (name->>'en_US')",
    "ir_asset": "name",
    "ir_config_parameter": "key",
    "ir_cron": "cron_name",
    "ir_filters": "name",
    "ir_model": "model",
    "ir_model_access": "name",
    "ir_model_constraint": "name",
    "ir_model_data": "module || '.' || name",
    "ir_model_fields": "model || '.' || name",
    "ir_module_category": "name->>'en_US'",
    "ir_module_module": "name || ' ' || state",
    "ir_rule": "name",
    "ir_sequence": "name",
    "ir_ui_menu": "name->>'en_US'",
    "ir_ui_view": "name",
    "mail_activity_type": "name->>'en_US'",
    "mail_template": "name->>'en_US'",
    "res_groups": "name->>'en_US'",
    "res_groups_privilege": "name->>'en_US'",
}
# Odoo notes under `mail`, `calendar`, … which models inherit from theirs, and forgets those notes
# when such a model goes, whichever addon it was; the records that they name are gone.
CONDITIONS = {
    "ir_model_data": "model NOT IN ('ir.model.inherit', 'ir.model.fields.selection')"
    " OR module = 'crm_runwell'",
}
# Rows that any use of Odoo adds or takes away.
RESTLESS = {
    "base_module_uninstall",
    "bus_bus",
    "bus_presence",
    "ir_attachment",
    "ir_cron_progress",
    "ir_cron_trigger",
    "ir_logging",
    "ir_profile",
    "res_device_log",
    "res_users_log",
}


def snapshot(db: str) -> set[str]:
    """The lines for a database."""
    lines: set[str] = set()
    with database.cursor(db) as cr:
        for kind, query in OBJECTS.items():
            cr.execute(query)
            lines |= {f"{kind} {value}" for (value,) in cr.fetchall()}
        cr.execute("SELECT relname FROM pg_class WHERE relkind = 'r'"
                   " AND relnamespace = 'public'::regnamespace")
        tables = [name for (name,) in cr.fetchall()]
        for table in tables:
            if table in RECORDS:
                name, where = RECORDS[table], CONDITIONS.get(table, "TRUE")
                cr.execute(f"SELECT {name}, count(*) FROM {table} WHERE {where} GROUP BY 1")
                lines |= {f"record {table} {name} × {count}" for name, count in cr.fetchall()}
            elif table not in RESTLESS and not table.startswith("orm_signaling_"):
                cr.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
                lines.add(f"rows {table}: {cr.fetchone()[0]}")
    return lines


def difference(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """What is there only afterwards (+) or is there no more (-).

    >>> difference({"table a", "table b"}, {"table b", "table c"})
    ['- table a', '+ table c']
    """
    old, new = set(before), set(after)
    gone = [f"- {line}" for line in sorted(old - new)]
    return gone + [f"+ {line}" for line in sorted(new - old)]
