"""Values as the interop tests compare them: JSON that keeps every bit, the same on both sides.

Integers and decimals are text, doubles their IEEE bytes, timestamps microseconds since the epoch,
binary is hex, a struct the list of its values, a map the list of its entries.
"""

import datetime
import decimal
import json
import struct

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)
PER_MICRO = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": None}


def double_text(value):
    return "nan" if value != value else struct.pack(">d", value).hex()


def micros_text(value):
    """A datetime; without a zone it is taken as UTC."""
    plain = value.astimezone(datetime.timezone.utc).replace(tzinfo=None) if value.tzinfo else value
    delta = plain - EPOCH
    return str((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds)


def from_python(value):
    """A plain Python value, as DuckDB and PySpark give them."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, datetime.datetime):
        return micros_text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, dict):
        return sorted(([from_python(k), from_python(v)] for k, v in value.items()), key=json.dumps)
    if isinstance(value, (list, tuple)):
        return [from_python(item) for item in value]
    return str(value)


def from_arrow(scalar):
    """An Arrow scalar: timestamps beyond Python's range keep their number."""
    if not scalar.is_valid:
        return None
    kind = scalar.type
    if pa.types.is_dictionary(kind):
        return from_arrow(scalar.dictionary[scalar.index.as_py()])
    if pa.types.is_timestamp(kind):
        factor = PER_MICRO[kind.unit]
        return str(scalar.value // 1000 if factor is None else scalar.value * factor)
    if pa.types.is_map(kind):
        entries = [
            [from_arrow(entry["key"]), from_arrow(entry["value"])] for entry in scalar.values
        ] if scalar.values is not None else []
        return sorted(entries, key=json.dumps)
    if pa.types.is_struct(kind):
        return [from_arrow(scalar[i]) for i in range(kind.num_fields)]
    if pa.types.is_nested(kind):
        return [from_arrow(item) for item in scalar.values]
    return from_python(scalar.as_py())


def arrow_answer(table):
    columns = [table.column(i).combine_chunks() for i in range(table.num_columns)]
    rows = [[from_arrow(column[r]) for column in columns] for r in range(table.num_rows)]
    return {"columns": table.column_names, "rows": sorted(json.dumps(row) for row in rows)}


def serve(handlers):
    """One JSON request a line in, one JSON answer a line out, until the input ends."""
    import sys

    # Libraries print on standard output; answers have it to themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": handlers[request.pop("op")](**request)}
        except Exception as error:  # every failure of a peer is an answer to compare
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
