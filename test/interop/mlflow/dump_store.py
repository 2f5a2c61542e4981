"""Everything a tracking and registry store answers, as JSON that two stores can be compared by.

    python dump_store.py <store uri>

A FileStore folder (file://…) or a database (sqlite:///…); identifiers that each store makes for
itself (of inputs and datasets) are left out, lists are sorted.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType

IS_3 = int(mlflow.__version__.split(".")[0]) >= 3


def pages(search):
    token, found = None, []
    while True:
        page = search(token)
        found += page
        token = page.token
        if not token:
            return found


def plain(entity, *left_out):
    return {key: value for key, value in dict(entity).items() if key not in left_out}


def run_of(client, run):
    info, data = run.info, run.data
    metrics = {
        key: [[m.timestamp, repr(m.value), m.step] for m in client.get_metric_history(info.run_id, key)]
        for key in data.metrics
    }
    return {
        "info": plain(info, "status"),
        "status": info.status,
        "params": data.params,
        "tags": data.tags,
        "latest": {m.key: [m.timestamp, repr(m.value), m.step] for m in data._metric_objs},
        "metrics": {key: sorted(points) for key, points in metrics.items()},
        "datasets": sorted(
            [json.dumps(dict(i.dataset), sort_keys=True), sorted((t.key, t.value) for t in i.tags)]
            for i in run.inputs.dataset_inputs
        ),
        "model_inputs": sorted(i.model_id for i in getattr(run.inputs, "model_inputs", [])),
        "model_outputs": sorted(
            (o.model_id, o.step) for o in getattr(getattr(run, "outputs", None), "model_outputs", [])
        ),
    }


def model_of(model):
    found = model.to_dictionary()
    metrics = found.pop("metrics") or []
    found["tags"] = dict(model.tags)
    found["params"] = dict(model.params)
    found["metrics"] = sorted(
        [m.key, repr(m.value), m.timestamp, m.step, m.run_id, m.dataset_name, m.dataset_digest]
        for m in model.metrics or []
    ) if metrics or model.metrics else []
    return found


def trace_of(info):
    found = info.to_dict() if hasattr(info, "to_dict") else dict(info)
    found["assessments"] = sorted(
        (a.to_dictionary() for a in getattr(info, "assessments", None) or []),
        key=lambda a: a["assessment_id"],
    )
    return found


def version_of(version):
    return {**plain(version, "metrics", "params"), "tags": version.tags,
            "aliases": sorted(version.aliases)}


def main(uri):
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    experiments = pages(lambda t: client.search_experiments(ViewType.ALL, page_token=t))
    ids = [e.experiment_id for e in experiments]
    runs = pages(lambda t: client.search_runs(ids, run_view_type=ViewType.ALL, page_token=t))
    registered = pages(lambda t: client.search_registered_models(page_token=t))
    versions = pages(lambda t: client.search_model_versions(page_token=t))
    by_experiment = lambda key: {"locations": [key]} if IS_3 else {"experiment_ids": [key]}
    try:
        traces = [t for key in ids for t in client.search_traces(**by_experiment(key))]
    except TypeError:
        traces = [t for key in ids for t in client.search_traces(experiment_ids=[key])]
    out = {
        "experiments": {e.experiment_id: {**plain(e, "tags"), "tags": e.tags} for e in experiments},
        "runs": {r.info.run_id: run_of(client, client.get_run(r.info.run_id)) for r in runs},
        "registered": {
            m.name: {**plain(m, "latest_versions"), "tags": m.tags,
                     "aliases": {alias: str(number) for alias, number in m.aliases.items()},
                     "latest": sorted(str(v.version) for v in m.latest_versions)}
            for m in registered
        },
        "versions": {
            f"{v.name}/{v.version}": version_of(client.get_model_version(v.name, v.version))
            for v in versions
        },
        "traces": {t.info.request_id: trace_of(t.info) for t in traces},
        "spans": {t.info.request_id: [s.to_dict() for s in t.data.spans] for t in traces},
    }
    if IS_3:
        models = [
            m for key in ids
            for m in client.search_logged_models(experiment_ids=[key])
        ]
        out["models"] = {m.model_id: model_of(m) for m in models}
    print(json.dumps(out, sort_keys=True, default=str))


if __name__ == "__main__":
    main(sys.argv[1])
