"""What a client of MLflow reads of traces and prompts that a Node program wrote. Argument: the URI."""
import json
import sys

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
experiment = mlflow.get_experiment_by_name("chat")
traces = mlflow.search_traces(locations=[experiment.experiment_id], return_type="list")
seen = {"traces": [], "prompts": []}
for trace in traces:
    spans = [
        {
            "name": span.name,
            "type": span.span_type,
            "is_root": span.parent_id is None,
            "inputs": span.inputs,
            "outputs": span.outputs,
            "status": span.status.status_code.name,
            "events": [event.name for event in span.events],
            "top_k": span.get_attribute("top_k"),
        }
        for span in trace.data.spans
    ]
    info = trace.info
    seen["traces"].append(
        [info.state.name, info.request_preview, info.response_preview, info.tags["mlflow.traceName"], spans]
    )
for uri in ("prompts:/greet/1", "prompts:/greet@live", "prompts:/ask/1"):
    prompt = mlflow.genai.load_prompt(uri)
    seen["prompts"].append([prompt.version, prompt.template, prompt.commit_message, sorted(prompt.variables)])
mlflow.genai.register_prompt("python", "Py {{a}}", commit_message="from Python", tags={"team": "x"})
print(json.dumps(seen))
