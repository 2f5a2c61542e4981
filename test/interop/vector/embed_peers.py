"""Embedding models as Python's libraries compute them: onnxruntime, and PyTorch where it is there.

Arguments: `vectors` or `speed`, JSON file {model, kind, maxLength, texts, threads}. `vectors` prints
{engine: vectors} in one line; `speed` one line {name, cpu_s, wall_s} for each engine.

The ONNX graph is built here from the weights, operator by operator after the paper; PyTorch runs
`transformers`' own BertModel.
"""
import json
import os
import resource
import sys
import time

mode, path = sys.argv[1], sys.argv[2]
with open(path) as file:
    work = json.load(file)
threads = work.get("threads", 2)
os.environ["OMP_NUM_THREADS"] = str(threads)

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

BATCH = 32
model_path = work["model"]


def read_config():
    with open(f"{model_path}/config.json") as file:
        return json.load(file)


def read_batches():
    """Texts of like length together, padded to the longest, as sentence-transformers does."""
    tokenizer = Tokenizer.from_file(f"{model_path}/tokenizer.json")
    tokenizer.enable_truncation(work["maxLength"])
    tokenizer.enable_padding()
    tokenizer.encode_special_tokens = True
    texts = work["texts"]
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        encodings = tokenizer.encode_batch([texts[i] for i in chosen])
        ids = np.array([e.ids for e in encodings], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        yield chosen, ids, mask


def build_onnx():
    """BERT as ONNX: inputs `ids` and `mask` (B, T), output the last states (B, T, D)."""
    from onnx import TensorProto, helper, numpy_helper

    config, weights = read_config(), load_file(f"{model_path}/model.safetensors")
    d, heads = config["hidden_size"], config["num_attention_heads"]
    epsilon = config["layer_norm_eps"]
    nodes, constants = [], []
    count = 0

    def node(op, *inputs, **attributes):
        nonlocal count
        count += 1
        nodes.append(helper.make_node(op, list(inputs), [f"v{count}"], **attributes))
        return f"v{count}"

    def constant(array, name=None):
        name = name or f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def whole(*values):
        return constant(np.array(values, dtype=np.int64))

    def norm(x, name):
        scale, bias = constant(weights[f"{name}.weight"]), constant(weights[f"{name}.bias"])
        return node("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)

    def linear(x, name):
        product = node("MatMul", x, constant(weights[f"{name}.weight"].T))
        return node("Add", product, constant(weights[f"{name}.bias"]))

    def split(x, order):
        return node("Transpose", node("Reshape", x, whole(0, 0, heads, d // heads)), perm=order)

    words = node("Gather", constant(weights["embeddings.word_embeddings.weight"]), "ids")
    length = node("Slice", node("Shape", "ids"), whole(1), whole(2))
    places = node(
        "Slice", constant(weights["embeddings.position_embeddings.weight"]), whole(0), length, whole(0)
    )
    kind = constant(weights["embeddings.token_type_embeddings.weight"][0])
    x = norm(node("Add", node("Add", words, kind), places), "embeddings.LayerNorm")
    visible = node("Cast", "mask", to=TensorProto.FLOAT)
    hidden = node("Mul", node("Sub", constant(np.float32(1)), visible), constant(np.float32(-1e9)))
    hidden = node("Unsqueeze", hidden, whole(1, 2))
    scale = constant(np.float32((d // heads) ** -0.5))
    for i in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{i}"
        query = split(linear(x, f"{layer}.attention.self.query"), [0, 2, 1, 3])
        key = split(linear(x, f"{layer}.attention.self.key"), [0, 2, 3, 1])
        value = split(linear(x, f"{layer}.attention.self.value"), [0, 2, 1, 3])
        scores = node("Add", node("Mul", node("MatMul", query, key), scale), hidden)
        context = node("MatMul", node("Softmax", scores, axis=-1), value)
        context = node("Reshape", node("Transpose", context, perm=[0, 2, 1, 3]), whole(0, 0, d))
        attended = linear(context, f"{layer}.attention.output.dense")
        x = norm(node("Add", attended, x), f"{layer}.attention.output.LayerNorm")
        wide = node("Gelu", linear(x, f"{layer}.intermediate.dense"))
        x = norm(node("Add", linear(wide, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    nodes.append(helper.make_node("Identity", [x], ["states"]))
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["B", "T"]) for n in ("ids", "mask")]
    outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, ["B", "T", d])]
    graph = helper.make_graph(nodes, "bert", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 20)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()


def pool(states, mask):
    """The mean of the states that are no padding, at length 1."""
    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(axis=1) / weights.sum(axis=1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def embed_all(run):
    vectors = [None] * len(work["texts"])
    for chosen, ids, mask in read_batches():
        for i, vector in zip(chosen, pool(run(ids, mask), mask)):
            vectors[i] = vector
    return np.array(vectors)


def with_onnxruntime():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(build_onnx(), options, providers=["CPUExecutionProvider"])
    return lambda: embed_all(lambda ids, mask: session.run(["states"], {"ids": ids, "mask": mask})[0])


def with_torch():
    import torch
    from transformers import BertModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(threads)
    model = BertModel.from_pretrained(model_path, local_files_only=True).eval()

    def run(ids, mask):
        inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        with torch.inference_mode():
            return model(**inputs).last_hidden_state.numpy()

    return lambda: embed_all(run)


def with_model2vec():
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(model_path, force_download=False)
    model.tokenizer.encode_special_tokens = True
    return lambda: model.encode(work["texts"], use_multiprocessing=False).astype(np.float32)


def measure(name, embed):
    best = {}
    for _ in range(1 + work.get("rounds", 3)):
        usage, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        embed()
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
        best = {"cpu_s": min(cpu, best.get("cpu_s", cpu)), "wall_s": min(wall, best.get("wall_s", wall))}
    print(json.dumps({"name": name, **best}), flush=True)


ENGINES = {
    "bert": {"onnxruntime": with_onnxruntime, "PyTorch": with_torch},
    "static": {"model2vec": with_model2vec},
}
found = {}
for name, make in ENGINES[work["kind"]].items():
    try:
        embed = make()
    except ImportError as error:
        if mode == "speed":
            print(json.dumps({"name": name, "missing": str(error)}), flush=True)
        continue
    if mode == "speed":
        measure(name, embed)
    else:
        found[name] = [vector.tolist() for vector in embed()]
if mode == "vectors":
    print(json.dumps(found))
