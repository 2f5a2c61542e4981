"""Vector indexes of Python packages: build, then search one query at a time, on one thread.

Arguments: folder with rows.f32, queries.f32 and truth.json, dims, M, efConstruction, number of
results, efs with commas, the recall at which a package need not be asked with a greater ef, names
of packages with commas, threads of a build that is compared. Prints one JSON line for each index and
ef, with the ids it found. A package that is missing is left out. With one thread only hnswlib, the
fastest, is built on that; the others on all, and their build is not compared.
"""
import json
import os
import resource
import sys
import time

import numpy as np

folder, dims, m, ef_construction, k = sys.argv[1], *map(int, sys.argv[2:6])
EFS = [int(ef) for ef in sys.argv[6].split(",")]
enough = float(sys.argv[7])
names, threads = sys.argv[8].split(","), int(sys.argv[9])
rows = np.fromfile(f"{folder}/rows.f32", dtype=np.float32).reshape(-1, dims)
queries = np.fromfile(f"{folder}/queries.f32", dtype=np.float32).reshape(-1, dims)
truth = [set(ids) for ids in json.load(open(f"{folder}/truth.json"))]
ROUNDS = 5
CORES = os.cpu_count()
started = time.time()


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def say(what):
    print(f"{time.time() - started:.0f} s of the peers: {what}", file=sys.stderr, flush=True)


def build(work):
    """Does it; CPU seconds where the other builds had as many threads."""
    start = cpu()
    work()
    return cpu() - start if threads == CORES else None


def report(name, build_s, set_ef, search):
    say(f"searching {name}")
    for ef in EFS:
        set_ef(ef)
        best = float("inf")
        for _ in range(ROUNDS):
            start = cpu()
            ids = [search(query) for query in queries]
            best = min(best, cpu() - start)
        found = [[int(i) for i in row] for row in ids]
        line = {"name": name, "build_s": build_s, "ef": ef, "qps": len(queries) / best, "ids": found}
        print(json.dumps(line), flush=True)
        if sum(len(t & set(f)) for t, f in zip(truth, found)) >= enough * k * len(queries):
            break


def with_hnswlib():
    import hnswlib

    index = hnswlib.Index(space="l2", dim=dims)
    index.init_index(max_elements=len(rows), M=m, ef_construction=ef_construction)
    start = cpu()
    index.add_items(rows, num_threads=threads)
    built = cpu() - start
    report("hnswlib", built, index.set_ef, lambda q: index.knn_query(q, k=k, num_threads=1)[0][0])


def with_faiss():
    import faiss

    faiss.omp_set_num_threads(CORES)
    index = faiss.IndexHNSWFlat(dims, m)
    index.hnsw.efConstruction = ef_construction
    built = build(lambda: index.add(rows))
    faiss.omp_set_num_threads(1)

    def set_ef(ef):
        index.hnsw.efSearch = ef

    report("faiss", built, set_ef, lambda q: index.search(q[None], k)[1][0])


def with_voyager():
    import voyager

    space = voyager.Space.Euclidean
    index = voyager.Index(space, num_dimensions=dims, M=m, ef_construction=ef_construction)
    built = build(lambda: index.add_items(rows, num_threads=CORES))

    def set_ef(ef):
        index.ef = max(ef, k)

    report("voyager", built, set_ef, lambda q: index.query(q, k=k, num_threads=1)[0])


def with_usearch():
    from usearch.index import Index

    index = Index(ndim=dims, metric="l2sq", dtype="f32", connectivity=m, expansion_add=ef_construction)
    built = build(lambda: index.add(np.arange(len(rows)), rows, threads=CORES))

    def set_ef(ef):
        index.expansion_search = ef

    report("usearch f32", built, set_ef, lambda q: index.search(q, k, threads=1).keys)


for name in names:
    peer = globals()[f"with_{name}"]
    say(f"building {name}")
    try:
        peer()
    except ImportError as error:
        print(json.dumps({"name": name, "missing": str(error)}), flush=True)
