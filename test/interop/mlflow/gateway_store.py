"""Reads the gateway's records with the real MLflow, secrets decrypted, then writes its own.

    python gateway_store.py <sqlite uri> <passphrase, or empty for the default>
"""

import json
import os
import sys
import warnings

warnings.simplefilter("ignore")

from mlflow.entities import GatewayEndpointModelConfig, GatewayModelLinkageType
from mlflow.entities.gateway_budget_policy import (
    BudgetAction,
    BudgetDuration,
    BudgetDurationUnit,
    BudgetTargetScope,
    BudgetUnit,
)
from mlflow.entities.gateway_endpoint import FallbackConfig, FallbackStrategy, GatewayEndpointTag
from mlflow.store.tracking.gateway.config_resolver import get_resource_endpoint_configs
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore


def write(store):
    secret = store.create_gateway_secret(
        "theirs", {"api_key": "sk-theirs-ключ", "region": "eu"}, "azure", {"auth_mode": "api_key"}
    )
    definition = store.create_gateway_model_definition(
        "their-model", secret.secret_id, "azure", "gpt-4o"
    )
    endpoint = store.create_gateway_endpoint(
        name="their-endpoint",
        model_configs=[
            GatewayEndpointModelConfig(
                definition.model_definition_id, GatewayModelLinkageType.FALLBACK, 0.7, 3
            )
        ],
        fallback_config=FallbackConfig(FallbackStrategy.SEQUENTIAL, 2),
        created_by="them",
    )
    store.set_gateway_endpoint_tag(endpoint.endpoint_id, GatewayEndpointTag("team", "b"))
    store.create_budget_policy(
        BudgetUnit.USD,
        12.5,
        BudgetDuration(BudgetDurationUnit.WEEKS, 2),
        BudgetTargetScope.GLOBAL,
        BudgetAction.ALERT,
    )


def main(uri, passphrase):
    os.environ["MLFLOW_CRYPTO_KEK_PASSPHRASE"] = passphrase
    store = SqlAlchemyStore(uri, uri.removeprefix("sqlite:///") + ".artifacts")
    configs = get_resource_endpoint_configs("scorer", "bound", store)
    endpoints = store.list_gateway_endpoints()
    policies = store.list_budget_policies()
    experiment = store.get_experiment(endpoints[0].experiment_id)
    scorers = store.get_active_online_scorers()
    print(json.dumps({
        "configs": [config.to_dict() for config in configs],
        "masked": [secret.masked_values for secret in store.list_secret_infos()],
        "tags": [[tag.key, tag.value] for tag in endpoints[0].tags],
        "experiment": [experiment.name, experiment.tags],
        "policies": [[p.budget_amount, p.duration.unit.value, p.duration.value] for p in policies],
        "scorers": [[s.name, s.online_config.sample_rate, s.online_config.filter_string]
                    for s in scorers],
    }))
    write(store)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
