"""What stands in the test database between tests, and how it comes back after a test that really committed.

Django empties every table after such a test: a new file for each table and index, half a second each time, and the
ground has to be loaded again. Most tables are empty and the ground is untouched, so only what differs is put right.
"""

from django.db import connection, transaction

_KEPT = "kept"

_SCHEMA = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
_COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
# NULL where a table is empty, so that a table that ought to be empty and is needs no further question.
_CONTENT = "(SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {schema}.{table} t)"


class Standing:
    """The rows that are there before every test: kept as a copy, and put back with nothing beside them."""

    def __init__(self) -> None:
        self._tables: list[str] = []
        self._columns: dict[str, str] = {}

    def keep(self) -> None:
        """Copy every table that has rows into a schema of its own."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {_KEPT} CASCADE")
            cursor.execute(f"CREATE SCHEMA {_KEPT}")
            cursor.execute(_SCHEMA)
            self._tables = sorted(_quoted(name) for (name,) in cursor.fetchall())
            for table, content in self._contents(cursor, "public", self._tables).items():
                if content is not None:
                    cursor.execute(_COLUMNS, [table.strip('"')])
                    self._columns[table] = cursor.fetchone()[0]
                    cursor.execute(f"CREATE TABLE {_KEPT}.{table} AS SELECT * FROM public.{table}")

    def restore(self) -> None:
        """Make every table what it was. Waits, as emptying does, for whoever still writes."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(self._tables)} IN ACCESS EXCLUSIVE MODE")
            # Neither foreign keys nor the guards of append-only tables are asked; the copy satisfies both.
            cursor.execute("SET LOCAL session_replication_role = replica")
            before = self._contents(cursor, _KEPT, list(self._columns))
            for table, content in self._contents(cursor, "public", self._tables).items():
                if content != before.get(table):
                    self._rewrite(cursor, table)

    def _rewrite(self, cursor, table: str) -> None:
        cursor.execute(f"DELETE FROM public.{table}")
        if columns := self._columns.get(table):
            cursor.execute(f"INSERT INTO public.{table} ({columns}) SELECT {columns} FROM {_KEPT}.{table}")

    @staticmethod
    def _contents(cursor, schema: str, tables: list[str]) -> dict[str, str | None]:
        if not tables:
            return {}
        cursor.execute("SELECT " + ", ".join(_CONTENT.format(schema=schema, table=table) for table in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
