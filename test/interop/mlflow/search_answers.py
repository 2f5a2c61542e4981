"""What MLflow makes of searches: `parse QUESTIONS` or `search DATABASE SEARCHES` (JSON lines).

A question is {"grammar", "filter"} or {"grammar", "order"}; the answer {"parsed": [[kind, key,
comparator, value]]} (or [[kind, key, ascending]]), {"refused": message}, or {"fault": text} where
MLflow would answer 500. A search names an entity; the answer is the list of ids found.
"""

import json
import math
import sys

import sqlalchemy
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as RegistryStore
from mlflow.store.tracking import sqlalchemy_store as tracking
from mlflow.store.tracking.dbmodels.models import SqlLoggedModel
from mlflow.utils import search_logged_model_utils as logged_models
from mlflow.utils import search_utils
from sqlalchemy.orm import Session

DIALECT = "sqlite"


def clause(parsed):
    value = parsed["value"]
    if isinstance(value, tuple):
        value = list(value)
    return [parsed["type"], parsed["key"], parsed["comparator"].upper(), value]


def finite(value):
    """NaN and the infinities are no JSON; null, as JavaScript writes them."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Parsers:
    """Parses, and builds the query of the store as well: some refusals come only there."""

    def __init__(self):
        engine = sqlalchemy.create_engine("sqlite://")
        self.session = Session(engine)
        self.registry = RegistryStore.__new__(RegistryStore)
        self.registry.engine = engine
        self.tracking = tracking.SqlAlchemyStore.__new__(tracking.SqlAlchemyStore)
        self.tracking._get_dialect = lambda: DIALECT

    def runs(self, text):
        utils = search_utils.SearchUtils
        parsed = utils.parse_search_filter(text)
        tracking._get_sqlalchemy_filter_clauses(parsed, self.session, DIALECT)
        return [clause({**p, "key": utils.translate_key_alias(p["key"])}) for p in parsed]

    def runs_order(self, texts):
        utils = search_utils.SearchUtils
        tracking._get_orderby_clauses(texts, self.session)
        parsed = map(utils.parse_order_by_for_search_runs, texts)
        return [[kind, utils.translate_key_alias(key), asc] for kind, key, asc in parsed]

    def experiments(self, text):
        parsed = search_utils.SearchExperimentsUtils.parse_search_filter(text)
        tracking._get_search_experiments_filter_clauses(parsed, DIALECT)
        return list(map(clause, parsed))

    def experiments_order(self, texts):
        tracking._get_search_experiments_order_by_clauses(texts)
        utils = search_utils.SearchExperimentsUtils
        return list(map(utils.parse_order_by_for_search_experiments, texts))

    def models(self, text):
        parsed = search_utils.SearchModelUtils.parse_search_filter(text)
        answer = list(map(clause, parsed))
        self.registry._get_search_registered_model_filter_query(self.session, parsed, DIALECT)
        return answer

    def models_order(self, texts):
        self.registry._parse_search_registered_models_order_by(texts)
        utils = search_utils.SearchUtils
        return [["attribute", *utils.parse_order_by_for_search_registered_models(t)] for t in texts]

    def versions(self, text):
        parsed = search_utils.SearchModelVersionUtils.parse_search_filter(text)
        answer = list(map(clause, parsed))
        self.registry._get_search_model_versions_filter_clauses(parsed, DIALECT)
        return answer

    def versions_order(self, texts):
        self.registry._parse_search_model_versions_order_by(texts)
        utils = search_utils.SearchModelVersionUtils
        return [["attribute", *utils.parse_order_by_for_search_model_versions(t)[1:]] for t in texts]

    def traces(self, text):
        parsed = search_utils.SearchTraceUtils.parse_search_filter_for_search_traces(text)
        tracking._get_filter_clauses_for_search_traces(text, self.session, DIALECT)
        return list(map(clause, parsed))

    def traces_order(self, texts):
        tracking._get_orderby_clauses_for_search_traces(texts, self.session)
        return list(map(search_utils.SearchTraceUtils.parse_order_by_for_search_traces, texts))

    def logged(self, text):
        parsed = logged_models.parse_filter_string(text)
        query = self.session.query(SqlLoggedModel)
        self.tracking._apply_filter_string_datasets_search_logged_models(
            query, self.session, ["0"], text, None
        )
        return [[p.entity.type.value, p.entity.key, p.op, finite(p.value)] for p in parsed]

    def datasets(self, text):
        parsed = search_utils.SearchEvaluationDatasetsUtils.parse_search_filter(text)
        tracking._get_search_datasets_filter_clauses(parsed, DIALECT)
        return list(map(clause, parsed))

    def datasets_order(self, texts):
        tracking._get_search_datasets_order_by_clauses(texts)
        utils = search_utils.SearchEvaluationDatasetsUtils
        return list(map(utils.parse_order_by_for_search_evaluation_datasets, texts))

    def issues(self, text):
        parsed = search_utils.SearchIssuesUtils.parse_search_filter(text)
        tracking._get_search_issues_filter_clauses(parsed, DIALECT)
        return list(map(clause, parsed))

    def metrics(self, text):
        p = search_utils.SearchTraceMetricsUtils.parse_search_filter(text)
        return [[p.view_type, p.entity, p.key, p.comparator, p.value]]


def parse(parsers, question):
    grammar = question["grammar"]
    try:
        if "order" in question:
            return {"parsed": getattr(parsers, f"{grammar}_order")(question["order"])}
        return {"parsed": getattr(parsers, grammar)(question["filter"])}
    except MlflowException as refusal:
        return {"refused": refusal.message}
    except Exception as fault:  # what MLflow answers with a 500
        return {"fault": f"{type(fault).__name__}: {fault}"[:200]}


def search(stores, query):
    store, registry = stores
    text, order = query["filter"], query["orderBy"]
    match query["entity"]:
        case "runs":
            found = store.search_runs(["1", "2"], text, ViewType.ACTIVE_ONLY, 1000, order)
            return [run.info.run_id for run in found]
        case "experiments":
            found = store.search_experiments(ViewType.ACTIVE_ONLY, 1000, text, order)
            return [experiment.experiment_id for experiment in found]
        case "models":
            return [model.name for model in registry.search_registered_models(text, 1000, order)]
        case "versions":
            found = registry.search_model_versions(text, 1000, order)
            return [f"{version.name}/{version.version}" for version in found]
        case "traces":
            return [trace.request_id for trace in store.search_traces(["1"], text, 500, order)[0]]
        case "logged":
            # As the server hands them on: a digest that was not sent is None.
            datasets = [{"dataset_digest": None, **d} for d in query.get("datasets", [])]
            found = store.search_logged_models(["1"], text, datasets, 1000, order)
            return [model.model_id for model in found]
        case "datasets":
            return [dataset.dataset_id for dataset in store.search_datasets(None, text, 1000, order)]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    mode, *paths = sys.argv[1:]
    if mode == "parse":
        parsers = Parsers()
        answers = (parse(parsers, question) for question in lines(paths[0]))
    else:
        uri = f"sqlite:///{paths[0]}"
        stores = (tracking.SqlAlchemyStore(uri, "./artifacts"), RegistryStore(uri))
        answers = (search(stores, query) for query in lines(paths[1]))
    for answer in answers:
        print(json.dumps(answer))
