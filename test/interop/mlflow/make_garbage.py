"""A database with deleted and active runs, models and experiments. Arguments: the URI, a folder."""
import sys

import mlflow

uri, folder = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
experiments = [
    client.create_experiment(name, artifact_location=f"{folder}/{name}") for name in ("kept", "gone")
]
for experiment in experiments:
    for number in range(2):
        run = client.create_run(experiment).info.run_id
        client.log_metric(run, "loss", 1)
        client.log_param(run, "rate", "0.1")
        client.log_text(run, "text", "notes.txt")
        model = client.create_logged_model(experiment, source_run_id=run)
        client.log_metric(run, "accuracy", 2, model_id=model.model_id)
        if number == 0:
            client.delete_run(run)
            client.delete_logged_model(model.model_id)
client.delete_experiment(experiments[1])
