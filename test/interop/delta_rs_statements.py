"""Statements of `random-statements.ts` as delta-rs runs them, one function each."""

import pyarrow as pa
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType

ARROW = {"BIGINT": pa.int64(), "INT": pa.int32(), "STRING": pa.string()}
DELTA = {"BIGINT": "long", "INT": "integer", "STRING": "string"}


def arrow_table(columns, rows):
    return pa.table(
        {
            name: pa.array([row[i] for row in rows], ARROW[kind])
            for i, (name, kind) in enumerate(columns)
        }
    )


def create(path, columns, partition_by, properties):
    write_deltalake(
        path, arrow_table(columns, []), partition_by=partition_by, configuration=properties
    )


def append(path, columns, rows):
    write_deltalake(path, arrow_table(columns, rows), mode="append")


def overwrite(path, columns, rows):
    write_deltalake(path, arrow_table(columns, rows), mode="overwrite")


def replace_where(path, columns, rows, predicate):
    write_deltalake(path, arrow_table(columns, rows), mode="overwrite", predicate=predicate)


def update(path, predicate, updates):
    DeltaTable(path).update(predicate=predicate, updates=updates)


def delete(path, predicate):
    DeltaTable(path).delete(predicate)


def merge(path, columns, rows, on, clauses):
    merger = DeltaTable(path).merge(
        arrow_table(columns, rows), on, source_alias="s", target_alias="t"
    )
    for clause in clauses:
        where, updates, action = clause["predicate"], clause["updates"], clause["action"]
        match clause["when"], action:
            case "MATCHED", "delete":
                merger = merger.when_matched_delete(where)
            case "MATCHED", "update":
                merger = merger.when_matched_update(updates=updates, predicate=where)
            case "MATCHED", "update all":
                merger = merger.when_matched_update_all(where)
            case "NOT MATCHED", _:
                merger = merger.when_not_matched_insert_all(where)
            case _, "delete":
                merger = merger.when_not_matched_by_source_delete(where)
            case _, "update":
                merger = merger.when_not_matched_by_source_update(updates, where)
    merger.execute()


def compact(path, value):
    filters = None if value is None else [("p", "=", value)]
    DeltaTable(path).optimize.compact(partition_filters=filters)


def z_order(path, columns):
    DeltaTable(path).optimize.z_order(columns)


def restore(path, version):
    DeltaTable(path).restore(version)


def vacuum(path, hours):
    DeltaTable(path).vacuum(hours, dry_run=False, enforce_retention_duration=False)


def add_column(path, name, type):
    DeltaTable(path).alter.add_columns([Field(name, PrimitiveType(DELTA[type]))])


def set_property(path, key, value):
    DeltaTable(path).alter.set_table_properties({key: value})


STATEMENTS = {
    function.__name__: function
    for function in [
        create,
        append,
        overwrite,
        replace_where,
        update,
        delete,
        merge,
        compact,
        z_order,
        restore,
        vacuum,
        add_column,
        set_property,
    ]
}
