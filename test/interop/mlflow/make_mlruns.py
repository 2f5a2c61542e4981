"""Fills a tracking store with a little of everything, for the tests that import or upgrade it.

    python make_mlruns.py <tracking uri>

Runs under MLflow 2.22 and 3.11: what only the newer one has (logged models, assessments) is left
out under the older. Prints nothing.
"""

import math
import sys
import time
import warnings

warnings.simplefilter("ignore")

import mlflow
from mlflow import MlflowClient
from mlflow.data.numpy_dataset import from_numpy
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag

IS_3 = int(mlflow.__version__.split(".")[0]) >= 3
T0 = 1_700_000_000_000


def dataset(name: str):
    import numpy as np

    return from_numpy(np.array([[1.0, 2.0], [3.0, 4.0]]), name=name)._to_mlflow_entity()


def runs(client: MlflowClient, experiment: str) -> str:
    tags = {"mlflow.user": "ann", "mlflow.source.name": "train.py", "mlflow.note.content": "a\nb"}
    first = client.create_run(experiment, start_time=T0, tags=tags, run_name="full").info.run_id
    history = [
        Metric("loss", 1.0 / (1 + step), T0 + step * 1000, step) for step in range(20)
    ] + [
        Metric("loss", 0.5, T0 + 1500, -3),
        Metric("val/acc", 0.75, T0 + 7, 2),
        Metric("val/acc", 0.75, T0 + 7, 2),
        Metric("odd", math.nan, T0, 0),
        Metric("odd", math.nan, T0, 1),
        Metric("top", math.inf, T0, 0),
        Metric("low", -math.inf, T0, 0),
        Metric("big", 1e300, 9007199254740993, 2**62),
        Metric("small", 5e-324, T0, 0),
    ]
    params = [
        Param("lr", "0.1"),
        Param("model/depth", "3"),
        Param("empty", ""),
        Param("words", "grün\nund 'quoted' \"twice\""),
        Param("long", "x" * 5000),
    ]
    client.log_batch(first, history, params, [RunTag("team", "blue"), RunTag("a.b/c", "1")])
    entries = [
        DatasetInput(dataset("train"), [InputTag("mlflow.data.context", "training")]),
        DatasetInput(dataset("test"), []),
    ]
    client.log_inputs(first, entries)
    client.set_terminated(first, "FINISHED", T0 + 60_000)

    second = client.create_run(experiment, start_time=T0 + 5, run_name="failed").info.run_id
    client.log_inputs(second, [entries[0]])
    client.set_terminated(second, "FAILED", T0 + 70_000)
    third = client.create_run(experiment, start_time=T0 + 6, run_name="gone").info.run_id
    client.log_metric(third, "loss", 3.5, T0, 0)
    client.delete_run(third)
    client.create_run(experiment, start_time=T0 + 7, run_name="running")
    return first


def registry(client: MlflowClient, run_id: str) -> None:
    client.create_registered_model("forest", {"tier": "gold"}, "a\nforest")
    source = client.get_run(run_id).info.artifact_uri + "/model"
    for number in range(1, 5):
        client.create_model_version(
            "forest", source, run_id, tags={"n": str(number)}, description=f"number {number}"
        )
    client.set_registered_model_alias("forest", "champion", "2")
    client.set_registered_model_alias("forest", "next", "3")
    client.transition_model_version_stage("forest", "2", "Production")
    client.transition_model_version_stage("forest", "1", "Archived")
    client.delete_model_version("forest", "4")
    client.create_registered_model("empty")


def traces(experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)
    for name in ("good", "bad"):
        try:
            with mlflow.start_span(name) as span:
                span.set_inputs({"question": "why?"})
                mlflow.update_current_trace(tags={"color": name})
                if name == "bad":
                    raise ValueError("no answer")
                span.set_outputs({"answer": 42})
        except ValueError:
            pass
    if not IS_3:
        return
    from mlflow.entities import AssessmentSource

    mlflow.flush_trace_async_logging()
    found = mlflow.search_traces(
        **({"locations": [experiment]} if "locations" in mlflow.search_traces.__code__.co_varnames
           else {"experiment_ids": [experiment]}),
        return_type="list",
    )
    trace_id = found[0].info.trace_id
    source = AssessmentSource("HUMAN", "ann")
    feedback = mlflow.log_feedback(
        trace_id=trace_id, name="good", value=True, source=source, rationale="so it is",
        metadata={"k": "v"},
    )
    mlflow.log_feedback(trace_id=trace_id, name="score", value={"a": [1, 2.5, None]})
    mlflow.log_expectation(trace_id=trace_id, name="answer", value="42", source=source)
    mlflow.update_assessment(
        trace_id=trace_id,
        assessment_id=feedback.assessment_id,
        assessment=mlflow.entities.Feedback("good", False),
    )
    mlflow.override_feedback(
        trace_id=trace_id, assessment_id=feedback.assessment_id, value=True, source=source
    )


def logged_models(client: MlflowClient, experiment: str, run_id: str) -> None:
    from mlflow.entities import LoggedModelInput, LoggedModelOutput, LoggedModelStatus

    ids = []
    for name in ("net", "tree", "dropped"):
        model = client.create_logged_model(
            experiment, name, source_run_id=run_id, tags={"kind": name}, params={"depth": "3"},
            model_type="classifier",
        )
        ids.append(model.model_id)
    client.finalize_logged_model(ids[0], LoggedModelStatus.READY)
    client.finalize_logged_model(ids[1], LoggedModelStatus.FAILED)
    client.delete_logged_model(ids[2])
    late = client.create_run(experiment, start_time=T0 + 8, run_name="evaluates").info.run_id
    for step in range(3):
        client.log_metric(late, "f1", 0.5 + step / 10, T0 + step, step, model_id=ids[0])
    client.log_metric(
        late, "recall", 0.5, T0, 4, model_id=ids[0], dataset_name="train", dataset_digest="d1g"
    )
    client.log_inputs(late, models=[LoggedModelInput(ids[1])])
    client.log_outputs(late, [LoggedModelOutput(ids[0], step=2)])
    client.set_terminated(late)


def main(uri: str) -> None:
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    first = client.create_experiment("images", tags={"team": "blue", "note/long": "x\ny"})
    run_id = runs(client, first)
    registry(client, run_id)
    if IS_3:
        logged_models(client, first, run_id)
    traces(first)
    dropped = client.create_experiment("dropped")
    client.log_metric(client.create_run(dropped, start_time=T0).info.run_id, "m", 1.0, T0, 0)
    client.delete_experiment(dropped)
    client.rename_experiment(first, "pictures")
    time.sleep(0)


if __name__ == "__main__":
    main(sys.argv[1])
