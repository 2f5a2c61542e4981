"""Arrow tables as the interop tests compare them; see canonical.py."""

import json

import pyarrow as pa
from canonical import from_python

PER_MICRO = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": None}


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
