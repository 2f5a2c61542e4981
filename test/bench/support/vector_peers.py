"""Vector indexes of Python packages: build, then search one query at a time, on one thread.

Arguments: folder with rows.f32 and queries.f32, dims, M, efConstruction, number of results. Prints
one JSON line for each index and ef, with the ids it found. A package that is missing is left out.
"""
import json
import resource
import sys
import time

import numpy as np

folder, dims, m, ef_construction, k = sys.argv[1], *map(int, sys.argv[2:6])
rows = np.fromfile(f"{folder}/rows.f32", dtype=np.float32).reshape(-1, dims)
queries = np.fromfile(f"{folder}/queries.f32", dtype=np.float32).reshape(-1, dims)
EFS = [16, 24, 32, 48, 64, 96, 128, 200]
ROUNDS = 3


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def report(name, build_s, set_ef, search):
    for ef in EFS:
        set_ef(ef)
        best = float("inf")
        for _ in range(ROUNDS):
            start = cpu()
            ids = [search(query) for query in queries]
            best = min(best, cpu() - start)
        found = [[int(i) for i in row] for row in ids]
        print(json.dumps({"name": name, "build_s": build_s, "ef": ef, "qps": len(queries) / best, "ids": found}), flush=True)


def with_hnswlib():
    import hnswlib

    index = hnswlib.Index(space="l2", dim=dims)
    index.init_index(max_elements=len(rows), M=m, ef_construction=ef_construction)
    index.set_num_threads(1)
    start = cpu()
    index.add_items(rows, num_threads=1)
    built = cpu() - start
    report("hnswlib", built, index.set_ef, lambda q: index.knn_query(q, k=k, num_threads=1)[0][0])


def with_faiss():
    import faiss

    faiss.omp_set_num_threads(1)
    index = faiss.IndexHNSWFlat(dims, m)
    index.hnsw.efConstruction = ef_construction
    start = cpu()
    index.add(rows)
    built = cpu() - start

    def set_ef(ef):
        index.hnsw.efSearch = ef

    report("faiss", built, set_ef, lambda q: index.search(q[None], k)[1][0])


def with_usearch():
    from usearch.index import Index

    index = Index(ndim=dims, metric="l2sq", dtype="f32", connectivity=m, expansion_add=ef_construction)
    start = cpu()
    index.add(np.arange(len(rows)), rows, threads=1)
    built = cpu() - start

    def set_ef(ef):
        index.expansion_search = ef

    report("usearch f32", built, set_ef, lambda q: index.search(q, k, threads=1).keys)


for peer in (with_hnswlib, with_faiss, with_usearch):
    try:
        peer()
    except ImportError as error:
        print(json.dumps({"name": peer.__name__.removeprefix("with_"), "missing": str(error)}), flush=True)
