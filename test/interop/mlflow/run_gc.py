"""`mlflow gc` of MLflow itself. Argument: the URI of the database."""
import sys

from mlflow.cli import cli

uri = sys.argv[1]
cli(["gc", "--backend-store-uri", uri, "--tracking-uri", uri])
