"""Values as the interop tests compare them: JSON that keeps every bit, the same on both sides.

Integers and decimals are text, doubles their IEEE bytes, timestamps microseconds since the epoch,
binary is hex, a struct the list of its values, a map the list of its entries.
"""

import datetime
import decimal
import json
import os
import struct
import sys

# Libraries, and the JVM they start, print on standard output; answers have it to themselves.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

EPOCH = datetime.datetime(1970, 1, 1)


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


def serve(handlers):
    """One JSON request a line in, one JSON answer a line out, until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": handlers[request.pop("op")](**request)}
        except Exception as error:  # every failure of a peer is an answer to compare
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        ANSWERS.write(json.dumps(answer) + "\n")
        ANSWERS.flush()
