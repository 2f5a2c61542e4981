"""Tables that delta-rs writes, one function each: what it can do to a table, done."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute
from deltalake import DeltaTable, Field, PostCommitHookProperties, Schema, write_deltalake
from deltalake.schema import PrimitiveType

NO_CLEANING = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def rows(start, count):
    ids = list(range(start, start + count))
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "k": pa.array([i % 3 for i in ids], pa.int32()),
            "name": pa.array([None if i % 4 == 3 else f"n{i}" for i in ids], pa.string()),
        }
    )


def append(path):
    for start in range(0, 30, 10):
        write_deltalake(path, rows(start, 10), mode="append")


def overwrite(path):
    append(path)
    write_deltalake(path, rows(100, 5), mode="overwrite")


def overwrite_where(path):
    write_deltalake(path, rows(0, 9), partition_by=["k"])
    replaced = rows(0, 9).filter(pa.compute.equal(rows(0, 9)["k"], 1))
    write_deltalake(path, replaced, mode="overwrite", predicate="k = 1")


def all_types(path):
    utc = dt.timezone.utc
    struct = pa.struct([("x", pa.int32()), ("y", pa.string())])
    write_deltalake(
        path,
        pa.table(
            {
                "id": pa.array([1, 2, 3], pa.int64()),
                "b": pa.array([True, None, False]),
                "t": pa.array([-128, None, 127], pa.int8()),
                "s": pa.array([-32768, None, 32767], pa.int16()),
                "i": pa.array([-(2**31), None, 2**31 - 1], pa.int32()),
                "l": pa.array([-(2**63), None, 2**63 - 1], pa.int64()),
                "f": pa.array([1.5, None, float("inf")], pa.float32()),
                "d": pa.array([float("nan"), None, -0.0], pa.float64()),
                "dec": pa.array(
                    [Decimal("1234567890.12"), None, Decimal("-0.01")], pa.decimal128(20, 2)
                ),
                "st": pa.array(["héllo", None, ""]),
                "bin": pa.array([b"\x00\xff", None, b""]),
                "day": pa.array([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)]),
                "ts": pa.array(
                    [
                        dt.datetime(1969, 12, 31, 23, 59, 59, 999999, utc),
                        None,
                        dt.datetime(2026, 3, 29, 2, 30, tzinfo=utc),
                    ],
                    pa.timestamp("us", "UTC"),
                ),
                "ntz": pa.array(
                    [dt.datetime(2026, 3, 29, 2, 30), None, dt.datetime(1900, 1, 1)],
                    pa.timestamp("us"),
                ),
                "a": pa.array([[1, None], None, []], pa.list_(pa.int32())),
                "m": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
                "sx": pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": None}], struct),
            }
        ),
    )


def partitioned(path):
    names = ["a b/c=d", None, "ü%", "x:y?*[z]", "it's", "a+b&c#d", " lead", "tab\tnl\n", '"q"']
    ids = range(len(names))
    write_deltalake(
        path,
        pa.table(
            {
                "id": pa.array(ids, pa.int64()),
                "p": pa.array(names),
                "d": pa.array([None if i % 3 == 2 else dt.date(2026, 1, i + 1) for i in ids]),
                "b": pa.array([None if i % 4 == 0 else i % 2 == 0 for i in ids]),
                "dec": pa.array([Decimal(i) / 4 for i in ids], pa.decimal128(6, 2)),
                "ts": pa.array(
                    [dt.datetime(2026, 1, 1, i, 0, 0, i * 1001, dt.timezone.utc) for i in ids],
                    pa.timestamp("us", "UTC"),
                ),
            }
        ),
        partition_by=["p", "d", "b", "dec", "ts"],
    )


def update(path):
    append(path)
    DeltaTable(path).update(predicate="id % 7 = 0", updates={"name": "'u'", "k": "k + 1"})


def delete(path):
    append(path)
    DeltaTable(path).delete("id > 4 AND id < 17")


def delete_partition(path):
    write_deltalake(path, rows(0, 9), partition_by=["k"])
    DeltaTable(path).delete("k = 2")


def merge(path):
    append(path)
    (
        DeltaTable(path)
        .merge(rows(25, 10), "t.id = s.id", source_alias="s", target_alias="t")
        .when_matched_update(updates={"name": "'merged'"})
        .when_not_matched_insert_all()
        .when_not_matched_by_source_delete("t.id < 3")
        .execute()
    )


def optimize(path):
    append(path)
    DeltaTable(path).optimize.compact()


def z_order(path):
    append(path)
    DeltaTable(path).optimize.z_order(["k", "id"])


def vacuum(path):
    overwrite(path)
    DeltaTable(path).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)


def checkpoint(path):
    for start in range(0, 30, 5):
        write_deltalake(path, rows(start, 5), mode="append", partition_by=["k"])
    table = DeltaTable(path)
    table.delete("id = 2")
    table = DeltaTable(path)
    table.create_checkpoint()
    write_deltalake(path, rows(50, 5), mode="append", post_commithook_properties=NO_CLEANING)


def cleaned_log(path):
    write_deltalake(
        path, rows(0, 5), configuration={"delta.logRetentionDuration": "interval 0 days"}
    )
    for start in range(5, 30, 5):
        write_deltalake(path, rows(start, 5), mode="append")
    table = DeltaTable(path)
    table.create_checkpoint()
    table.cleanup_metadata()


def log_compaction(path):
    append(path)
    DeltaTable(path).compact_logs(0, 2)
    write_deltalake(path, rows(60, 2), mode="append")


def schema_evolution(path):
    write_deltalake(path, rows(0, 4))
    wider = rows(4, 4).append_column("extra", pa.array([1.5, None, 2.5, None]))
    write_deltalake(path, wider, mode="append", schema_mode="merge")
    DeltaTable(path).alter.add_columns([Field("later", PrimitiveType("string"))])


def schema_overwrite(path):
    write_deltalake(path, rows(0, 4))
    write_deltalake(
        path, pa.table({"only": ["x", "y"]}), mode="overwrite", schema_mode="overwrite"
    )


def constraint(path):
    append(path)
    DeltaTable(path).alter.add_constraint({"positive": "id >= 0"})
    write_deltalake(path, rows(40, 2), mode="append")


def not_null(path):
    schema = Schema([Field("id", PrimitiveType("long"), nullable=False)])
    DeltaTable.create(path, schema)
    required = pa.schema([pa.field("id", pa.int64(), nullable=False)])
    write_deltalake(path, pa.table({"id": [1, 2]}, required), mode="append")


def restore(path):
    append(path)
    DeltaTable(path).restore(1)


def deletion_vectors_on(path):
    write_deltalake(path, rows(0, 9), configuration={"delta.enableDeletionVectors": "true"})
    DeltaTable(path).delete("id = 4")


def change_feed(path):
    write_deltalake(path, rows(0, 9), configuration={"delta.enableChangeDataFeed": "true"})
    DeltaTable(path).update(predicate="id = 4", updates={"name": "'u'"})
    DeltaTable(path).delete("id = 5")


def empty(path):
    DeltaTable.create(path, Schema([Field("id", PrimitiveType("long"))]))


TABLES = {
    function.__name__: function
    for function in [
        append,
        overwrite,
        overwrite_where,
        all_types,
        partitioned,
        update,
        delete,
        delete_partition,
        merge,
        optimize,
        z_order,
        vacuum,
        checkpoint,
        cleaned_log,
        log_compaction,
        schema_evolution,
        schema_overwrite,
        constraint,
        not_null,
        restore,
        deletion_vectors_on,
        change_feed,
        empty,
    ]
}
