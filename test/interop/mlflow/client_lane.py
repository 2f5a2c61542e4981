"""What a Python client of MLflow sees, as JSON by step: run against two stores, compared by the test.

Usage: client_lane.py TRACKING_URI. Ids, times and places are left out.
"""
import json
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import mlflow  # noqa: E402
import numpy as np  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric, Param, RunTag, ViewType  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402

IS_THREE = int(mlflow.__version__.split(".")[0]) >= 3
seen = {}


def step(body):
    try:
        seen[body.__name__] = body()
    except Exception as error:  # the other store must fail alike
        seen[body.__name__] = f"{type(error).__name__}: {error}"[:400]
    return body


def refused(body):
    try:
        body()
    except MlflowException as error:
        # The REST client puts the code before the message, a store in the process does not.
        message = str(error).removeprefix(f"{error.error_code}: ")
        return [error.error_code, message.split("Error:")[0][:300]]
    return "accepted"


mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
experiment = client.create_experiment("lane", tags={"team": "blue"})
mlflow.set_experiment("lane")


@step
def experiments():
    other = client.create_experiment("other")
    client.rename_experiment(other, "renamed")
    client.delete_experiment(other)
    gone = [e.name for e in client.search_experiments(view_type=ViewType.DELETED_ONLY)]
    client.restore_experiment(other)
    found = client.search_experiments(filter_string="tags.team = 'blue'", order_by=["name DESC"])
    return [gone, [e.name for e in found], client.get_experiment_by_name("nowhere") is None]


@step
def refusals():
    return [
        refused(lambda: client.create_experiment("lane")),
        refused(lambda: client.get_run("0" * 32)),
        refused(lambda: mlflow.search_runs([experiment], "metrics.x >")),
        refused(lambda: client.get_registered_model("nowhere")),
    ]


@step
def runs():
    with mlflow.start_run(run_name="outer") as outer:
        mlflow.log_params({"lr": 0.1, "depth": 3, "text": "päper"})
        for at in range(20):
            mlflow.log_metric("loss", 1 / (at + 1), step=at)
        mlflow.log_metrics({"acc": 0.9, "nan": float("nan"), "inf": float("inf")}, step=2**40)
        mlflow.set_tags({"stage": "demo", "mlflow.note.content": "# note"})
        with mlflow.start_run(run_name="inner", nested=True):
            mlflow.log_metric("acc", 0.5)
    client.log_batch(
        outer.info.run_id,
        [Metric("batch", v, 1000 + v, v) for v in range(500)],
        [Param(f"p{i}", str(i)) for i in range(50)],
        [RunTag(f"t{i}", str(i)) for i in range(50)],
    )
    run = client.get_run(outer.info.run_id)
    history = client.get_metric_history(outer.info.run_id, "loss")
    immutable = refused(lambda: client.log_param(outer.info.run_id, "lr", "0.2"))
    # ±Infinity is stored as the largest double; NaN is unequal to itself.
    metrics = {k: str(v) for k, v in sorted(run.data.metrics.items())}
    return [
        run.info.status,
        metrics,
        run.data.params,
        {k: v for k, v in run.data.tags.items() if not k.startswith("mlflow.") or "note" in k},
        [[m.step, m.value] for m in history],
        len(client.get_metric_history(outer.info.run_id, "batch")),
        immutable[0],
    ]


@step
def searches():
    def names(filter_string="", order_by=None):
        found = client.search_runs([experiment], filter_string, order_by=order_by)
        return [r.info.run_name for r in found]

    return [
        names("metrics.acc > 0.6"),
        names("params.depth = '3' and tags.stage LIKE 'de%'"),
        names("attributes.run_name ILIKE 'IN%'"),
        names("", ["metrics.acc ASC"]),
        names("", ["attributes.run_name DESC"]),
        names("metrics.nothing > 1"),
        list(mlflow.search_runs(["lane" and experiment], "metrics.acc > 0.6")["params.lr"]),
    ]


@step
def pages():
    for at in range(7):
        run = client.create_run(experiment, tags={"page": "yes"}, run_name=f"page{at}")
        client.log_metric(run.info.run_id, "order", at % 3)
        client.set_terminated(run.info.run_id)
    names, token = [], None
    while True:
        page = client.search_runs(
            [experiment], "tags.page = 'yes'", order_by=["metrics.order DESC", "tags.page"],
            max_results=3, page_token=token,
        )
        names.append(len(page))
        token = page.token
        if not token:
            return names


@step
def lifecycle():
    run = client.create_run(experiment, run_name="short")
    client.delete_run(run.info.run_id)
    late = refused(lambda: client.log_metric(run.info.run_id, "x", 1))
    client.restore_run(run.info.run_id)
    client.set_tag(run.info.run_id, "k", "v")
    client.delete_tag(run.info.run_id, "k")
    return [late[0], client.get_run(run.info.run_id).info.lifecycle_stage]


@step
def artifacts():
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        mlflow.log_text("hällo", "notes/a b.txt")
        mlflow.log_dict({"x": 1}, "d.json")
        os.makedirs(f"{folder}/deep/er")
        with open(f"{folder}/deep/er/data.bin", "wb") as file:
            file.write(os.urandom(300_000))
        mlflow.log_artifacts(folder, "tree")
    run_id = run.info.run_id
    local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="tree")
    return [
        [[f.path, f.is_dir] for f in client.list_artifacts(run_id)],
        [[f.path, f.file_size] for f in client.list_artifacts(run_id, "notes")],
        mlflow.artifacts.load_text(f"runs:/{run_id}/notes/a b.txt"),
        os.path.getsize(f"{local}/deep/er/data.bin"),
    ]


@step
def datasets():
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_pandas(frame, name="frame"), context="training")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    found = client.search_runs([experiment], "dataset.name = 'frame'")
    return [[(i.dataset.name, i.dataset.digest, [(t.key, t.value) for t in i.tags]) for i in inputs],
            len(found)]


@step
def models():
    from sklearn.linear_model import LogisticRegression

    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1]
    model = LogisticRegression().fit(X, y)
    with mlflow.start_run():
        place = {"name": "model"} if IS_THREE else {"artifact_path": "model"}
        mlflow.sklearn.log_model(model, registered_model_name="clf", input_example=X[:1], **place)
    with mlflow.start_run():
        mlflow.sklearn.log_model(model, registered_model_name="clf", **place)
    client.set_registered_model_alias("clf", "champion", 1)
    client.update_registered_model("clf", description="a classifier")
    client.set_model_version_tag("clf", "2", "ok", "yes")
    client.transition_model_version_stage("clf", 2, "Production", archive_existing_versions=True)
    champion = client.get_model_version_by_alias("clf", "champion")
    registered = client.get_registered_model("clf")
    versions = client.search_model_versions("name = 'clf'", order_by=["version_number ASC"])
    return [
        mlflow.pyfunc.load_model("models:/clf/1").predict(X).tolist(),
        mlflow.sklearn.load_model("models:/clf@champion").predict(X).tolist(),
        mlflow.pyfunc.load_model("models:/clf/Production").predict(X).tolist(),
        str(champion.version),
        [registered.description, {k: str(v) for k, v in registered.aliases.items()}],
        [[str(v.version), v.current_stage, v.status, dict(v.tags), list(v.aliases)] for v in versions],
        [m.name for m in client.search_registered_models("name LIKE 'cl%'")],
        refused(lambda: client.create_registered_model("clf"))[0],
        refused(lambda: client.get_model_version_by_alias("clf", "nobody"))[0],
    ]


@step
def registry_end():
    client.delete_registered_model_alias("clf", "champion")
    client.rename_registered_model("clf", "classifier")
    client.delete_model_version("classifier", 1)
    left = [str(v.version) for v in client.search_model_versions("name = 'classifier'")]
    client.delete_registered_model("classifier")
    return [left, [m.name for m in client.search_registered_models()]]


@step
def autolog():
    from sklearn.ensemble import RandomForestClassifier

    mlflow.sklearn.autolog(log_models=False, silent=True)
    rng = np.random.default_rng(42)
    X = rng.normal(size=(80, 4))
    RandomForestClassifier(n_estimators=5, max_depth=3, random_state=1).fit(X, X[:, 0] > 0)
    mlflow.sklearn.autolog(disable=True, silent=True)
    run = client.search_runs([experiment], "params.n_estimators = '5'")[0]
    return [len(run.data.params), sorted(run.data.metrics), run.info.status]


@step
def traces():
    # The client of 2.22.5 never ends its traces, whatever the store.
    if not IS_THREE:
        return None

    @mlflow.trace(span_type="CHAIN", attributes={"k": 1})
    def outer(x):
        return inner(x) + 1

    @mlflow.trace
    def inner(x):
        if x < 0:
            raise ValueError("negative")
        return x * 2

    outer(3)
    try:
        outer(-1)
    except ValueError:
        pass
    mlflow.flush_trace_async_logging()
    every = client.search_traces([experiment], order_by=["timestamp_ms ASC"])
    shown = [
        [str(t.info.status), sorted((s.name, str(s.status.status_code)) for s in t.data.spans),
         t.data.request, t.data.response]
        for t in every
    ]
    wrong = client.search_traces([experiment], filter_string="status = 'ERROR'")
    trace_id = every[0].info.request_id
    client.set_trace_tag(trace_id, "kind", "demo")
    tagged = client.search_traces([experiment], filter_string="tags.kind = 'demo'")
    client.delete_trace_tag(trace_id, "kind")
    deleted = client.delete_traces(experiment, trace_ids=[trace_id])
    return [shown, len(wrong), len(tagged), deleted, len(client.search_traces([experiment]))]


@step
def assessments():
    if not IS_THREE:
        return None
    from mlflow.entities import AssessmentSource

    trace_id = client.search_traces([experiment])[0].info.trace_id
    human = AssessmentSource(source_type="HUMAN", source_id="ada")
    mlflow.log_feedback(trace_id=trace_id, name="good", value=True, source=human, rationale="yes")
    kept = mlflow.log_expectation(trace_id=trace_id, name="answer", value={"a": [1]}, source=human)
    mlflow.delete_assessment(trace_id, kept.assessment_id)
    found = client.get_trace(trace_id).info.assessments
    return [(a.name, a.value, a.rationale, a.source.source_id) for a in found]


@step
def prompts():
    register = mlflow.genai.register_prompt if IS_THREE else mlflow.register_prompt
    load = mlflow.genai.load_prompt if IS_THREE else mlflow.load_prompt
    register(name="greet", template="Hi {{name}}", tags={"lang": "en"})
    register(name="greet", template="Hello {{name}}", commit_message="longer")
    if IS_THREE:
        mlflow.genai.set_prompt_alias("greet", alias="live", version=1)
    else:
        client.set_prompt_alias("greet", "live", 1)
    return [
        load("prompts:/greet/2").format(name="Ada"),
        load("prompts:/greet@live").template,
        [m.name for m in client.search_registered_models()],
    ]


@step
def evaluation_datasets():
    if not IS_THREE:
        return None
    from mlflow.genai.datasets import create_dataset, get_dataset

    made = create_dataset(name="questions", experiment_id=[experiment], tags={"v": "1"})
    made.merge_records(
        [{"inputs": {"q": f"{i}?"}, "expectations": {"a": i}} for i in range(3)]
        + [{"inputs": {"q": "1?"}, "expectations": {"a": 11}}]
    )
    frame = get_dataset(dataset_id=made.dataset_id).to_df()
    return sorted(json.dumps([row["inputs"], row["expectations"]]) for _, row in frame.iterrows())


print(json.dumps(seen, default=str))
