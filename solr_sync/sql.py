"""All SQL of this package that the ORM has no words for."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from solr_sync.models import Lane, LedgerEntry, RelatedChange
from solr_sync.sources import Source

LEDGER = LedgerEntry._meta.db_table
RELATED = RelatedChange._meta.db_table

# A statement that changes more rows than this is bulk work and does not hold up live edits; on
# SQLite, whatever comes after so many rows within a second.
BULK_ROWS = 100

POSTGRESQL_ROWS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
    "TRUNCATE": "",
}

STANDING = {
    "postgresql": """
        SELECT t.tgname, c.relname, p.prosrc FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgname LIKE %s AND t.tgenabled <> 'D' AND n.nspname = current_schema()
        """,
    "sqlite": """
        SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s
        """,
}

_LEDGER_COLUMNS = (
    "document_type, object_id, version, indexed_version, definition, lane, changed_at, due_at, "
    "lease, task_id, attempts, error, claimed_version, sent_version, is_tombstone, content_hash"
)
_RELATED_COLUMNS = (
    "document_type, path, object_id, version, walked_version, changed_at, due_at, lease, cursor, "
    "cursor_version, attempts, error"
)


def _raise_version(least: str) -> str:
    return (
        f"ON CONFLICT (document_type, object_id) DO UPDATE SET version = {LEDGER}.version + 1, "
        "definition = excluded.definition, changed_at = excluded.changed_at, "
        f"lane = CASE WHEN {LEDGER}.due_at IS NULL THEN excluded.lane "
        f"ELSE {least}({LEDGER}.lane, excluded.lane) END, "
        "due_at = excluded.due_at, attempts = 0, error = '', parked_at = NULL"
    )


# A transaction counts once: what it wrote itself nobody can have claimed yet. Rows of a savepoint
# have its own xmin and are counted again; the time guards against an xid that has come round.
_NOT_YET_COUNTED = (
    f"NOT ({LEDGER}.xmin = pg_current_xact_id()::xid AND {LEDGER}.due_at IS NOT NULL "
    f"AND {LEDGER}.changed_at >= transaction_timestamp())"
)
_RAISE_RELATED = (
    f"ON CONFLICT (document_type, path, object_id) DO UPDATE SET version = {RELATED}.version + 1, "
    "changed_at = excluded.changed_at, due_at = excluded.due_at, attempts = 0, error = ''"
)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def postgresql_statement(source: Source, event: str) -> str:
    """What a statement trigger does for a source: ordered by key, so writers can't deadlock."""
    document = source.document
    kind = _literal(document.document_type)
    if event == "TRUNCATE":
        return (
            f"UPDATE {LEDGER} SET version = version + 1, lane = {Lane.BULK.value}, "
            "changed_at = clock_timestamp(), due_at = clock_timestamp(), attempts = 0, error = '', "
            f"parked_at = NULL WHERE document_type = {kind};"
        )
    keys = f"SELECT DISTINCT key FROM ({_postgresql_keys(source, event)}) k WHERE key IS NOT NULL"
    now = "clock_timestamp()"
    if source.path:
        return (
            f"INSERT INTO {RELATED} ({_RELATED_COLUMNS}) SELECT {kind}, {_literal(source.path)}, "
            f"key, 1, 0, {now}, {now}, '', '', 0, 0, '' FROM ({keys}) d ORDER BY key "
            f"{_RAISE_RELATED};"
        )
    lane = (
        f"CASE WHEN count(*) OVER () > {BULK_ROWS} THEN {Lane.BULK.value} "
        f"ELSE {Lane.LIVE.value} END"
    )
    return (
        f"INSERT INTO {LEDGER} ({_LEDGER_COLUMNS}) SELECT {kind}, key, 1, 0, "
        f"{document.definition}, {lane}, {now}, {now}, '', '', 0, '', 0, 0, false, '' "
        f"FROM ({keys}) d ORDER BY key {_raise_version('LEAST')} WHERE {_NOT_YET_COUNTED};"
    )


def _postgresql_keys(source: Source, event: str) -> str:
    key = f'"{source.key}"'
    if event == "UPDATE" and source.on == ("UPDATE",):
        return (
            f"SELECT n.{key}::text AS key FROM new_rows n JOIN old_rows o ON n.{key} = o.{key} "
            f"WHERE {_postgresql_differs(source)}"
        )
    tables = {"INSERT": ["new_rows"], "DELETE": ["old_rows"], "UPDATE": ["old_rows", "new_rows"]}
    return " UNION ALL ".join(f"SELECT {key}::text AS key FROM {t}" for t in tables[event])


def _postgresql_differs(source: Source) -> str:
    """By name through JSON: a column that a migration has dropped must not break the trigger."""
    if source.columns is None:
        return "n IS DISTINCT FROM o"
    names = [_literal(column) for column in source.columns]
    return " OR ".join(f"to_jsonb(n)->{c} IS DISTINCT FROM to_jsonb(o)->{c}" for c in names)


def sqlite_statement(source: Source, event: str) -> tuple[str, str]:
    """The WHEN clause and the body of a row trigger."""
    document = source.document
    rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}[event]
    condition = ""
    if event == "UPDATE" and source.on == ("UPDATE",):
        rows = ["NEW"]
        condition = f"WHEN {_sqlite_differs(source)}"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    kind = _literal(document.document_type)
    body = []
    for row in rows:
        key = _sqlite_key(source, row)
        if source.path:
            values = f"{kind}, {_literal(source.path)}, {key}, 1, 0, {now}, {now}, '', '', 0, 0, ''"
            into, conflict = f"{RELATED} ({_RELATED_COLUMNS})", _RAISE_RELATED
        else:
            values = (
                f"{kind}, {key}, 1, 0, {document.definition}, {_sqlite_lane(kind)}, {now}, {now}, "
                "'', '', 0, '', 0, 0, 0, ''"
            )
            into, conflict = f"{LEDGER} ({_LEDGER_COLUMNS})", _raise_version("MIN")
        body.append(f"INSERT INTO {into} SELECT {values} WHERE {key} IS NOT NULL {conflict};")
    if len(body) == 2:  # an update that moves a row to another object concerns both, else one
        body[0] = body[0].replace(
            " IS NOT NULL ", f" IS NOT NULL AND {_sqlite_key(source, 'OLD')} IS NOT {key} ", 1
        )
    return condition, "\n".join(body)


def _sqlite_lane(kind: str) -> str:
    """A row trigger can't see how many rows its statement has: it counts those of the last second.

    A person's edit that comes into an import takes the bulk lane too, but has its own message.
    """
    recent = (
        f"SELECT 1 FROM {LEDGER} WHERE document_type = {kind} AND lane = {Lane.LIVE.value} "
        "AND due_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 second') "
        f"AND due_at <= strftime('%Y-%m-%d %H:%M:%f', 'now') LIMIT {BULK_ROWS}"
    )
    return (
        f"CASE WHEN (SELECT count(*) FROM ({recent})) >= {BULK_ROWS} "
        f"THEN {Lane.BULK.value} ELSE {Lane.LIVE.value} END"
    )


def _sqlite_key(source: Source, row: str) -> str:
    """The key as Python's str() writes it: SQLite keeps a UUID as 32 digits without hyphens."""
    column = f'{row}."{source.key}"'
    if not isinstance(source.key_field, models.UUIDField):
        return f"CAST({column} AS TEXT)"
    cuts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
    return " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in cuts)


def _sqlite_differs(source: Source) -> str:
    columns = source.columns or tuple(_columns_of(source.table))
    return " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)


def _columns_of(table: str) -> list[str]:
    model: Any = next(
        m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table
    )
    return [field.column for field in model._meta.local_concrete_fields]


# Claiming, in one statement: what waits is locked, leased and read. In a subquery of FROM it would
# be looked for again for each row of the ledger, beyond the limit, whenever the planner chooses a
# nested loop; PostgreSQL computes a WITH that locks rows once.
_CLAIM = f"""
    WITH c AS MATERIALIZED (
        SELECT id, claimed_version, attempts FROM {LEDGER}
        WHERE document_type = %s AND definition <= %s AND lane <= %s
            AND due_at <= clock_timestamp() {{which}}
        ORDER BY lane, due_at {{order}} LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE {LEDGER} l SET due_at = clock_timestamp() + %s, lease = %s, task_id = %s,
        attempts = l.attempts + 1, claimed_version = l.version
    FROM c WHERE l.id = c.id
    RETURNING l.id, l.object_id, l.version, l.indexed_version, c.claimed_version, l.sent_version,
        l.is_tombstone, l.content_hash, c.attempts, l.lane,
        l.changed_at > clock_timestamp() - %s
"""


def claim(*, by_id: bool, newest: bool) -> str:
    """Parameters: type, definition, lane, [ids or what is fresh], limit, lease time, lease, task,
    what is fresh. The newest are an end of the index. Its scan stops at the statement's time, which
    can't change meanwhile, as the clock's can.
    """
    which = "AND object_id = ANY(%s)" if by_id else ""
    if newest:
        which = f"AND lane = {Lane.LIVE.value} AND due_at > statement_timestamp() - %s"
    return _CLAIM.format(which=which, order="DESC" if newest else "")


# Confirming: each row with its own values, in one statement. Rows that a writer holds are passed
# over; they are sent again at the end of their lease, which changes nothing in Solr. So is a row of
# an older version than was claimed: its database was restored meanwhile, and the audit has to see
# it. There the row may also say that Solr has a newer version; whoever holds it knows better.
_CONFIRM_SET = """
    indexed_version = c.version, sent_version = c.sent, content_hash = c.hash, bucket = c.bucket,
    check_number = c.check_number, is_tombstone = c.tombstone, indexed_at = {now},
    searchable_at = CASE WHEN %s THEN {now} ELSE NULL END, attempts = 0, error = '',
    due_at = CASE WHEN {ledger}.version > c.version THEN {ledger}.due_at ELSE NULL END,
    lease = CASE WHEN {ledger}.lease = %s OR {ledger}.version <= c.version THEN ''
        ELSE {ledger}.lease END
"""
_CONFIRMED = """{ledger}.id = c.id AND {ledger}.version >= c.version AND (
        {ledger}.indexed_version < c.version
        OR {ledger}.version = c.version AND {ledger}.lease = %s)"""
CONFIRM = {
    "postgresql": """
    WITH free AS MATERIALIZED (
        SELECT id FROM {ledger} WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED
    )
    UPDATE {ledger} SET """
    + _CONFIRM_SET
    + """ FROM (
        SELECT r.* FROM jsonb_to_recordset(%s) AS r(
            id bigint, version bigint, sent bigint, hash text, bucket smallint,
            check_number bigint, tombstone boolean)
        JOIN free USING (id)
    ) c WHERE """
    + _CONFIRMED,
    "sqlite": "UPDATE {ledger} SET "
    + _CONFIRM_SET
    + """ FROM (
        SELECT value ->> 'id' AS id, value ->> 'version' AS version, value ->> 'sent' AS sent,
            value ->> 'hash' AS hash, value ->> 'bucket' AS bucket,
            value ->> 'check_number' AS check_number, value ->> 'tombstone' AS tombstone
        FROM json_each(%s)
    ) c WHERE """
    + _CONFIRMED,
}
_NOW = {"postgresql": "clock_timestamp()", "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"}
CONFIRM = {v: t.format(ledger=LEDGER, now=_NOW[v]) for v, t in CONFIRM.items()}

# Rows that were there before the triggers, or came while these were away.
ADOPT = {
    "postgresql": f"""
        INSERT INTO {LEDGER} ({_LEDGER_COLUMNS})
        SELECT %s, t.{{key}}::text, 1, 0, %s, {Lane.BULK.value}, clock_timestamp(),
            clock_timestamp(), '', '', 0, '', 0, 0, false, '' FROM {{table}} t
        ON CONFLICT (document_type, object_id) DO NOTHING""",
    "sqlite": f"""
        INSERT INTO {LEDGER} ({_LEDGER_COLUMNS})
        SELECT %s, {{sqlite_key}}, 1, 0, %s, {Lane.BULK.value}, {_NOW["sqlite"]},
            {_NOW["sqlite"]}, '', '', 0, '', 0, 0, 0, '' FROM {{table}} t
        WHERE true ON CONFLICT (document_type, object_id) DO NOTHING""",
}


def adopt(vendor: str, source: Source) -> str:
    """INSERT of a ledger row for each row of the registered table that has none.

    Parameters: document type, definition.
    """
    return ADOPT[vendor].format(
        table=f'"{source.table}"', key=f'"{source.key}"', sqlite_key=_sqlite_key(source, "t")
    )
