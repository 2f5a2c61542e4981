"""Makes databases for the test of `db upgrade`: a file of MLflow 2.22 brought to each head in turn by
MLflow's own migrations, with a row in every table that had none, and the same brought to the end.

    python upgrade_steps.py <mlflow.db of 2.22> <out folder>

Writes <out>/<head>.db and <out>/<head>.upgraded.db, and prints the heads, one a line.
"""

import shutil
import sqlite3
import sys
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.script import ScriptDirectory
from mlflow.store.db.utils import _get_alembic_config


def upgrade(path: Path, head: str) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    config = _get_alembic_config(str(engine.url))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)
    engine.dispose()


def value_for(kind: str, name: str, row: int):
    kind = kind.upper()
    if name == "lifecycle_stage":
        return "active"
    if kind.startswith(("INT", "BIGINT", "BOOL")):
        return row
    if kind.startswith("FLOAT"):
        return row + 0.5
    if kind == "BLOB":
        return bytes([row, 0, 255])
    if kind == "JSON":
        return '{"a": [1, null]}'
    return f"{name}-{row}"


def fill(path: Path) -> None:
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():
            continue
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        names = ", ".join(f'"{column[1]}"' for column in columns)
        marks = ", ".join("?" for _ in columns)
        for row in (0, 1):
            values = [
                None if not column[3] and row == 1 and column[5] == 0
                else value_for(column[2], column[1], row)
                for column in columns
            ]
            connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
    connection.commit()
    connection.close()


def main(source: Path, out: Path) -> None:
    script = ScriptDirectory.from_config(_get_alembic_config(""))
    heads = [r.revision for r in script.walk_revisions("0584bdc529eb", "c3d6457b6d8a")][::-1]
    current = out / "current.db"
    shutil.copy(source, current)
    for head in heads:
        upgrade(current, head)
        step = out / f"{head}.db"
        shutil.copy(current, step)
        fill(step)
        upgraded = out / f"{head}.upgraded.db"
        shutil.copy(step, upgraded)
        upgrade(upgraded, "c3d6457b6d8a")
        print(head)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
