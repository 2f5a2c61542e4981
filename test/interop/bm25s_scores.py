"""Scores of bm25s for token lists: JSON on stdin (documents, queries, k1, b), rows of scores out."""
import json
import sys

import bm25s

work = json.load(sys.stdin)
index = bm25s.BM25(method="lucene", k1=work["k1"], b=work["b"], dtype="float64")
index.index(work["documents"], show_progress=False)
json.dump([index.get_scores(query).tolist() for query in work["queries"]], sys.stdout)
