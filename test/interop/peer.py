"""delta-rs and DuckDB's delta extension as a line server for the interop tests."""

import pathlib

import duckdb
import duckdb_extension_delta
import pyarrow as pa
from canonical import serve
from canonical_arrow import arrow_answer
from delta_rs_statements import STATEMENTS
from delta_rs_tables import TABLES
from deltalake import DeltaTable, QueryBuilder


def read_delta_rs(path, version=None):
    # Never to_pyarrow_table(): it is silently all NULL on column-mapped tables.
    table = DeltaTable(path, version=version)
    result = QueryBuilder().register("t", table).execute("SELECT * FROM t")
    return arrow_answer(pa.table(result))


def changes_delta_rs(path, version=None):
    """The change feed of one version, or of all."""
    table = DeltaTable(path)
    reader = table.load_cdf(0) if version is None else table.load_cdf(version, version)
    # The time of a commit is the file's here, and may be the one inside the commit there.
    return arrow_answer(pa.table(reader).drop_columns(["_commit_timestamp"]))


def history_delta_rs(path):
    history = DeltaTable(path).history()
    return [[entry["version"], entry["operation"]] for entry in history]


def connect_duckdb():
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    folder = pathlib.Path(duckdb_extension_delta.__file__).parent
    extension = next(folder.rglob("delta.duckdb_extension"))
    connection.execute(f"LOAD '{extension}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


DUCKDB = connect_duckdb()


def read_duckdb(path):
    result = DUCKDB.execute("SELECT * FROM delta_scan(?)", [path])
    return arrow_answer(result.to_arrow_table())


def make_delta_rs(name, path):
    TABLES[name](path)


def run_delta_rs(statement, path, args):
    STATEMENTS[statement](path, **args)


serve(
    {
        "read_delta_rs": read_delta_rs,
        "changes_delta_rs": changes_delta_rs,
        "history_delta_rs": history_delta_rs,
        "read_duckdb": read_duckdb,
        "make_delta_rs": make_delta_rs,
        "run_delta_rs": run_delta_rs,
        "list_delta_rs": lambda: list(TABLES),
    }
)
