"""Opens a database with the real MLflow, writes to it, and prints what is there.

    python write_db.py <sqlite uri> [upgrade]

With `upgrade` the database is first brought to this MLflow's own schema.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import sqlalchemy
from mlflow.store.db.utils import _get_schema_version, _upgrade_db
from mlflow import MlflowClient
from mlflow.entities import ViewType


def main(uri, do_upgrade):
    engine = sqlalchemy.create_engine(uri)
    if do_upgrade:
        _upgrade_db(engine)
    client = MlflowClient(uri, uri)
    run_id = client.create_run("0", run_name="theirs").info.run_id
    for step in range(3):
        client.log_metric(run_id, "loss", 1.0 / (1 + step), step=step)
    client.log_param(run_id, "by", "mlflow")
    client.set_terminated(run_id)
    ids = [e.experiment_id for e in client.search_experiments(ViewType.ALL)]
    found = client.search_runs(ids, run_view_type=ViewType.ALL)
    print(json.dumps({
        "head": _get_schema_version(engine),
        "runs": {r.info.run_id: {"name": r.info.run_name, "metrics": r.data.metrics,
                                 "params": r.data.params} for r in found},
    }))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:] == ["upgrade"])
