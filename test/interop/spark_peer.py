"""PySpark with delta-spark as a line server for the interop tests."""

import json

from canonical import from_python, serve
from spark_session import SPARK


def read(path):
    frame = SPARK.sql(f"SELECT * FROM delta.`{path}`")
    rows = [json.dumps([from_python(value) for value in row]) for row in frame.collect()]
    return {"columns": frame.columns, "rows": sorted(rows)}


def history(path):
    rows = SPARK.sql(f"DESCRIBE HISTORY delta.`{path}`").collect()
    return [[row["version"], row["operation"]] for row in rows]


def run(statement):
    SPARK.sql(statement).collect()


serve({"read": read, "history": history, "run": run})
