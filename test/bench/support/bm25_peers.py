"""BM25 of Python packages over the same token texts, one thread: queries a CPU second, top k.

Arguments: JSON file with documents and queries, number of results. One JSON line for each package.
"""
import json
import resource
import sys
import tempfile

with open(sys.argv[1]) as file:
    work = json.load(file)
documents, queries, k = work["documents"], work["queries"], int(sys.argv[2])
ROUNDS = 3


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def report(name, built, search):
    best = float("inf")
    for _ in range(ROUNDS):
        start = cpu()
        for query in queries:
            search(query)
        best = min(best, cpu() - start)
    print(json.dumps({"name": name, "build_s": built, "qps": len(queries) / best}), flush=True)


def with_tantivy():
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(builder.build(), path=folder)
        start = cpu()
        writer = index.writer(num_threads=1, heap_size=200_000_000)
        for text in documents:
            writer.add_document(tantivy.Document(body=text))
        writer.commit()
        writer.wait_merging_threads()
        built = cpu() - start
        index.reload()
        searcher = index.searcher()
        report("tantivy", built, lambda q: searcher.search(index.parse_query(q, ["body"]), k).hits)


def with_bm25s():
    import bm25s

    tokens = [text.split() for text in documents]
    start = cpu()
    index = bm25s.BM25(method="lucene")
    index.index(tokens, show_progress=False)
    built = cpu() - start
    report("bm25s", built, lambda q: index.retrieve([q.split()], k=k, show_progress=False, n_threads=0))


for peer in (with_tantivy, with_bm25s):
    try:
        peer()
    except ImportError as error:
        print(json.dumps({"name": peer.__name__.removeprefix("with_"), "missing": str(error)}), flush=True)
