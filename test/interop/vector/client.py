"""The official clients against a server of ours: every call that they have and it answers.

Arguments: the server's address, the name of a table with the columns id, title and emb. Prints
what came back as JSON, by step; `client.test.ts` says what it must be.
"""
import json
import logging
import sys
import time
import warnings

warnings.simplefilter("ignore")
from databricks.sdk import WorkspaceClient  # noqa: E402
from databricks.sdk.service import vectorsearch  # noqa: E402
from databricks.vector_search.client import VectorSearchClient  # noqa: E402

url, table = sys.argv[1:3]
answers = {}


def wait(index):
    for _ in range(300):
        status = index.describe()["status"]
        if status["ready"] and status["detailed_state"] != "ONLINE_TRIGGERED_UPDATE":
            return status["indexed_row_count"]
        if status["detailed_state"] == "OFFLINE_FAILED":
            raise Exception(status["message"])
        time.sleep(0.1)
    raise Exception("not ready")


def failure(call):
    try:
        call()
    except Exception as error:
        return [type(error).__name__, getattr(error, "error_code", None)]
    return None


client = VectorSearchClient(workspace_url=url, personal_access_token="x", disable_notice=True)
client.create_endpoint_and_wait("shop", endpoint_type="STANDARD")
answers["endpoints"] = sorted(e["name"] for e in client.list_endpoints()["endpoints"])
schema = {"id": "integer", "title": "string", "price": "float", "emb": "array<float>"}
direct = client.create_direct_access_index("shop", "main.default.direct", "id", 2, "emb", schema)
direct.wait_until_ready()
rows = [
    {"id": i, "title": f"apple number {i}", "price": i / 2, "emb": [1.0, i / 10]} for i in range(30)
]
answers["upsert"] = direct.upsert(rows)
found = direct.similarity_search(
    columns=["id", "title"], query_vector=[1.0, 0.0], num_results=3, filters={"price >": 1}
)
answers["ann"] = found
answers["hybrid"] = direct.similarity_search(
    columns=["id"], query_vector=[1.0, 2.9], query_text="number 7", query_type="hybrid", num_results=2
)["result"]["row_count"]
answers["words"] = direct.similarity_search(
    columns=["id", "price"], query_text="7", query_type="FULL_TEXT", num_results=2
)["result"]["data_array"]
answers["threshold"] = direct.similarity_search(
    columns=["id"], query_vector=[1.0, 0.0], score_threshold=0.9999, num_results=30
)["result"]["row_count"]
answers["filter_text"] = direct.similarity_search(
    columns=["id"], query_vector=[1.0, 0.0], filters="price < 1", num_results=30
)["result"]["row_count"]
answers["scan"] = [
    {f["key"]: list(f["value"].values())[0] for f in row["fields"] if f["key"] != "emb"}
    for row in direct.scan(num_results=2, last_primary_key=9)["data"]
]
answers["delete"] = direct.delete([0, 1, 2])
answers["rows"] = direct.describe()["status"]["indexed_row_count"]
many = [{"id": i, "title": "t", "price": 1.5, "emb": [1.0, 0.0]} for i in range(100, 2600)]
for start in range(0, len(many), 1000):
    direct.upsert(many[start : start + 1000])
paged = direct.similarity_search(columns=["id"], query_vector=[1.0, 0.0], num_results=2500)
answers["paged"] = [paged["result"]["row_count"], len(paged["result"]["data_array"])]

synced = client.create_delta_sync_index(
    "shop", "main.default.synced", "id", table, "TRIGGERED", embedding_dimension=2,
    embedding_vector_column="emb",
)
answers["synced_rows"] = wait(synced)
synced.sync()
wait(synced)
answers["synced"] = synced.similarity_search(columns=["id", "title"], query_vector=[0.0, 1.0], num_results=1)
answers["indexes"] = sorted(
    (i["name"], i["index_type"], i["primary_key"]) for i in client.list_indexes("shop")["vector_indexes"]
)
answers["got"] = client.get_index("shop", "main.default.direct").describe()["index_type"]
answers["exists"] = [
    client.index_exists("shop", "main.default.direct"), client.index_exists("shop", "none")
]
answers["failures"] = {
    "upsert to a table's index": failure(lambda: synced.upsert([{"id": 1, "emb": [1.0, 2.0]}])),
    "wrong dimension": failure(
        lambda: direct.similarity_search(columns=["id"], query_vector=[1.0, 2.0, 3.0])
    ),
    "unknown column": failure(
        lambda: direct.similarity_search(columns=["nope"], query_vector=[1.0, 2.0])
    ),
    "bad filter": failure(
        lambda: direct.similarity_search(columns=["id"], query_vector=[1.0, 2.0], filters={"price >": "x"})
    ),
    "missing index": failure(lambda: client.get_index(index_name="missing")),
    "missing endpoint": failure(
        lambda: client.create_direct_access_index("none", "x", "id", 2, "emb", schema)
    ),
    "endpoint in use": failure(lambda: client.delete_endpoint("shop")),
}

client.create_delta_sync_index(
    "shop", "main.default.embedded", "id", table, "TRIGGERED",
    embedding_source_column="title", embedding_model_endpoint_name="lab-hash",
)
embedded = client.get_index("shop", "main.default.embedded")
wait(embedded)
answers["embedded"] = embedded.similarity_search(
    query_text="b", columns=["id", "title"], num_results=1
)["result"]["data_array"]
client.delete_index(index_name="main.default.embedded")

logged = []
logging.getLogger("databricks.sdk").addHandler(type("Sink", (logging.Handler,), {
    "emit": lambda self, record: logged.append(record.getMessage())
})(level=logging.WARNING))
sdk = WorkspaceClient(host=url, token="x")
answers["logged"] = logged
model = sdk.serving_endpoints.get("lab-hash")
answers["model"] = [model.name, model.state.ready.value, model.task]
answers["models"] = [e.name for e in sdk.serving_endpoints.list()]
answers["sdk_endpoints"] = sorted(e.name for e in sdk.vector_search_endpoints.list_endpoints())
info = sdk.vector_search_indexes.get_index("main.default.direct")
answers["sdk_index"] = [info.index_type.value, info.primary_key, info.status.ready]
answers["sdk_query"] = sdk.vector_search_indexes.query_index(
    "main.default.direct", ["id"], query_vector=[1.0, 2.9], num_results=2,
    filters_json=json.dumps({"id <": 30}),
).as_dict()
answers["sdk_upsert"] = sdk.vector_search_indexes.upsert_data_vector_index(
    "main.default.direct", json.dumps([{"id": 7, "title": "seven", "emb": [0.5, 0.5]}])
).as_dict()
answers["sdk_scan"] = len(sdk.vector_search_indexes.scan_index("main.default.direct", num_results=5).data)
answers["sdk_delete"] = sdk.vector_search_indexes.delete_data_vector_index(
    "main.default.direct", ["7", "8"]
).as_dict()
sdk.vector_search_indexes.sync_index("main.default.synced")
made = sdk.vector_search_indexes.create_index(
    "main.default.third", "shop", "id", vectorsearch.VectorIndexType.DIRECT_ACCESS,
    direct_access_index_spec=vectorsearch.DirectAccessVectorIndexSpec(
        embedding_vector_columns=[vectorsearch.EmbeddingVectorColumn(name="v", embedding_dimension=3)],
        schema_json='{"id": "string", "v": "array<float>"}',
    ),
)
answers["sdk_created"] = made.name
for name in ["main.default.direct", "main.default.synced", "main.default.third"]:
    client.delete_index(index_name=name)
answers["left"] = client.list_indexes("shop")["vector_indexes"]
client.delete_endpoint("shop")
print(json.dumps(answers))
