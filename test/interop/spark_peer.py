"""PySpark with delta-spark as a line server for the interop tests."""

import json

from canonical import from_python, serve
from spark_session import SPARK


def query(text):
    frame = SPARK.sql(text)
    rows = [json.dumps([from_python(value) for value in row]) for row in frame.collect()]
    return {"columns": frame.columns, "rows": sorted(rows)}


def read(path):
    return query(f"SELECT * FROM delta.`{path}`")


def history(path):
    rows = SPARK.sql(f"DESCRIBE HISTORY delta.`{path}`").collect()
    return [[row["version"], row["operation"]] for row in rows]


def run(statement, settings={}):
    for key, value in settings.items():
        SPARK.conf.set(key, value)
    try:
        SPARK.sql(statement).collect()
    finally:
        for key in settings:
            SPARK.conf.unset(key)


serve({"query": query, "read": read, "history": history, "run": run})
