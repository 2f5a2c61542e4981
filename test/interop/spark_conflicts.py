"""Records how delta-spark settles a race between two statements on one table.

    SOVEREIGN_PEER_JARS=<jars> python test/interop/spark_conflicts.py record|verify [table ...]

`record` writes fixtures/lake/conflicts/<table>.jsonl: a line for each loser and isolation level,
the winners sorted by outcome. Each statement runs once, on a copy of the same table, under Delta's
own hook for tests (TransactionExecutionObserver); then Delta's own ConflictChecker judges what the
loser's transaction read and prepared against each winner's commit file. Statements that do more
about a race than that (RACED) are raced for real: when the loser is about to commit, the winner's
commit is put into the table beneath it. `verify` races pairs drawn at random and compares.
"""

import json
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile

from delta.tables import DeltaTable
from pyspark.java_gateway import ensure_callback_server_started
from spark_session import SPARK

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "fixtures" / "lake" / "conflicts"
CASES = json.loads((FOLDER / "operations.json").read_text())
ISOLATIONS = ["Serializable", "WriteSerializable"]
RACED = {"optimize a", "optimize all", "restore"}
RACES_TO_VERIFY = 25
DYNAMIC = "spark.sql.sources.partitionOverwriteMode"

JVM = SPARK.sparkContext._jvm
DELTA = JVM.org.apache.spark.sql.delta
OBSERVERS = DELTA.TransactionExecutionObserver
SILENT = OBSERVERS.getObserver()
NONE = JVM.scala.Option.empty()


def scala_object(name):
    return getattr(getattr(DELTA, f"{name}$"), "MODULE$")


to_scala = JVM.scala.jdk.javaapi.CollectionConverters.asScala


class Observer:
    """Keeps the transactions of this thread; calls `act` before the first commit attempt."""

    class Java:
        implements = ["org.apache.spark.sql.delta.TransactionExecutionObserver"]

    def __init__(self, act=None):
        self.act = act
        self.transactions = []

    def startingTransaction(self, f):
        self.transactions.append(f.apply())
        return self.transactions[-1]

    def preparingCommit(self, f):
        return f.apply()

    def beginDoCommit(self):
        act, self.act = self.act, None
        if act:
            act()

    def beginBackfill(self):
        pass

    def beginPostCommit(self):
        pass

    def transactionCommitted(self):
        pass

    def transactionAborted(self):
        pass

    def createChild(self):
        return self

    def advanceToNextThreadObserver(self):
        pass

    def getNextObserver(self):
        return NONE

    nextObserver = getNextObserver


def run(statement, path):
    kind, _, rest = statement.partition(" ")
    text = statement.replace("$T", f"delta.`{path}`")
    if kind == "protocol":
        DeltaTable.forPath(SPARK, path).addFeatureSupport(rest)
    elif kind == "txn":
        rows = rest.partition("VALUES ")[2]
        cast = "CAST(col1 AS BIGINT) id, col2 p, CAST(col3 AS BIGINT) v"
        options = {"txnAppId": "app", "txnVersion": "1"}
        writer = SPARK.sql(f"SELECT {cast} FROM VALUES {rows}").write.format("delta")
        writer.mode("append").options(**options).save(path)
    elif kind == "dynamic":
        SPARK.conf.set(DYNAMIC, "dynamic")
        try:
            SPARK.sql(text.partition(" ")[2]).collect()
        finally:
            SPARK.conf.unset(DYNAMIC)
    else:
        SPARK.sql(text).collect()


def observed(statement, path, observer):
    OBSERVERS.setObserver(observer)
    try:
        run(statement, path)
    finally:
        OBSERVERS.setObserver(SILENT)


def error_class(error):
    """Delta's error class without its subclass, else the exception's name."""
    origin = getattr(error, "_origin", None) or getattr(error, "java_exception", None)
    if origin is None:
        return type(error).__name__
    while origin.getCause() is not None and "delta" not in origin.getClass().getName():
        origin = origin.getCause()
    named = re.search(r"\[(DELTA_\w+)", origin.getMessage() or "")
    return named.group(1) if named else origin.getClass().getSimpleName()


def log_file(path, version):
    return pathlib.Path(path) / "_delta_log" / f"{version:020d}.json"


WINNING = len(CASES["rows"]) + 1


def make_table(table, path, isolation=None):
    for statement in CASES["tables"][table] + CASES["rows"]:
        SPARK.sql(statement.replace("$T", f"delta.`{path}`")).collect()
    if isolation is None:
        return
    # WriteSerializable is what delta-spark obeys but lets no statement set.
    first = log_file(path, 0)
    actions = [json.loads(line) for line in first.read_text().splitlines()]
    for action in actions:
        if "metaData" in action:
            action["metaData"]["configuration"]["delta.isolationLevel"] = isolation
    first.write_text("".join(json.dumps(action) + "\n" for action in actions))
    for checksum in [*first.parent.glob("*.crc"), *first.parent.glob(".*.crc")]:
        checksum.unlink(missing_ok=True)


def placed(table):
    """The statements for a table, by name: those with a place once in each."""
    for name, case in CASES["operations"].items():
        statement = case["sql"]
        if table not in case.get("tables", CASES["tables"]):
            continue
        for place, words in CASES["places"].items():
            text = statement
            for word, value in words.items():
                text = text.replace(word, value)
            if text != statement:
                yield f"{name} {place}", text
        if "$P" not in statement and "$ID" not in statement:
            yield name, statement


def copy_new_files(source, target):
    """Data files first, then the log."""
    files = [file for file in pathlib.Path(source).rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: file.parent.name == "_delta_log"):
        destination = pathlib.Path(target) / file.relative_to(source)
        if file.suffix != ".crc" and not destination.exists():
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, destination)


def run_once(template, statement, path):
    """Runs on a copy; its committed transaction, or None where there is none to judge."""
    shutil.copytree(template, path)
    observer = Observer()
    observed(statement, path, observer)
    done = [txn for txn in observer.transactions if txn.committed().isDefined()]
    assert log_file(path, WINNING).exists() and not log_file(path, WINNING + 1).exists(), statement
    return done[0]


def facts_of(txn):
    """What Delta hands its ConflictChecker for this transaction (OptimisticTransaction.commit)."""
    actions = txn.committed().get().committedActions()
    high_water_mark = scala_object("RowId").extractHighWatermark(txn.snapshot())
    return DELTA.CurrentTransactionInfo(
        txn.txnId(),
        to_scala(txn.readPredicates()).toVector(),
        to_scala(txn.readFiles()).toSet(),
        txn.readTheWholeTable(),
        txn.readTxn().toSet(),
        txn.metadata(),
        txn.protocol(),
        actions.tail(),
        txn.snapshot(),
        JVM.scala.Some(actions.head()),
        high_water_mark.get() if high_water_mark.isDefined() else -1,
        NONE,
        to_scala(JVM.java.util.ArrayList()).toSeq(),
        scala_object("DeltaOperations$ManualUpdate"),
        NONE,
        NONE,
        NONE,
    )


def judge(txn, facts, winner, isolation):
    level = txn.committed().get().committedActions().head().isolationLevel().get()
    if level != "SnapshotIsolation":
        level = isolation
    file = JVM.org.apache.hadoop.fs.Path(str(log_file(winner, WINNING)))
    status = file.getFileSystem(SPARK._jsc.hadoopConfiguration()).getFileStatus(file)
    summary = DELTA.WinningCommitSummary.createFromFileStatus(txn.deltaLog(), status)
    level = DELTA.IsolationLevel.fromString(level)
    checker = DELTA.ConflictChecker(SPARK._jsparkSession, facts, summary, level)
    try:
        checker.checkConflictsAndValidateActions()
        return "commits"
    except Exception as error:
        return error_class(error)


def race(template, statement, winner, path):
    shutil.copytree(template, path)
    met = []

    def act():
        met.append(True)
        copy_new_files(winner, path)

    try:
        observed(statement, path, Observer(act))
        outcome = "commits"
    except Exception as error:
        outcome = error_class(error)
    shutil.rmtree(path)
    return outcome if met else f"never commits: {outcome}"


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def record(table, folder):
    template = os.path.join(folder, "template")
    make_table(table, template)
    paths = {key: os.path.join(folder, key.replace(" ", "-")) for key, _ in placed(table)}
    statements = dict(placed(table))
    transactions = {}
    for key, statement in statements.items():
        transactions[key] = run_once(template, statement, paths[key])
        say("ran", key)
    for key, statement in statements.items():
        if key.endswith(" b"):
            continue
        facts = None if key in RACED else facts_of(transactions[key])
        raced = {}
        for isolation in ISOLATIONS:
            outcomes = {}
            for winner, path in paths.items():
                if facts is not None:
                    outcome = judge(transactions[key], facts, path, isolation)
                else:
                    if winner not in raced:
                        place = os.path.join(folder, f"race-{len(raced)}")
                        raced[winner] = race(template, statement, path, place)
                    outcome = raced[winner]
                outcomes.setdefault(outcome, []).append(winner)
            say(table, isolation, key, {name: len(those) for name, those in outcomes.items()})
            yield {"isolation": isolation, "loser": key, "outcomes": outcomes}


def read_recorded(table):
    for line in (FOLDER / f"{table}.jsonl").read_text().splitlines():
        case = json.loads(line)
        for outcome, winners in case["outcomes"].items():
            for winner in winners:
                yield case["isolation"], case["loser"], winner, outcome


def verify(table, isolation, folder):
    template = os.path.join(folder, "template")
    make_table(table, template, isolation)
    statements = dict(placed(table))
    cases = [case for case in read_recorded(table) if case[0] == isolation and case[1] not in RACED]
    different = 0
    for _, loser, winner, expected in random.Random(7).sample(cases, RACES_TO_VERIFY):
        path = os.path.join(folder, winner.replace(" ", "-"))
        if not os.path.exists(path):
            shutil.copytree(template, path)
            run(statements[winner], path)
        actual = race(template, statements[loser], path, os.path.join(folder, "race"))
        different += actual != expected
        say("same" if actual == expected else "DIFFERENT", loser, "/", winner, expected, actual)
    say(table, isolation, f"{RACES_TO_VERIFY} races, {different} different")


def main(mode, tables):
    ensure_callback_server_started(SPARK.sparkContext._gateway)
    for setting in ("spark.sql.codegen.wholeStage", "spark.sql.adaptive.enabled"):
        SPARK.conf.set(setting, "false")
    for table in tables or CASES["tables"]:
        with tempfile.TemporaryDirectory(prefix="spark-conflicts-") as folder:
            if mode == "record":
                lines = [json.dumps(line) + "\n" for line in record(table, folder)]
                (FOLDER / f"{table}.jsonl").write_text("".join(lines))
        for isolation in ISOLATIONS if mode == "verify" else []:
            with tempfile.TemporaryDirectory(prefix="spark-conflicts-") as folder:
                verify(table, isolation, folder)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
