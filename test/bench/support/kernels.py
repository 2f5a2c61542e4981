"""The same jobs by numpy (OpenBLAS) and, where installed, blake3. Protocol as in kernels.c."""
import os
import sys
import time

threads = int(sys.argv[1])
os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
import numpy as np  # noqa: E402

try:
    import blake3
except ImportError:
    blake3 = None

N, D, G = 1_000_000, 384, 1024
rows = np.random.default_rng(1).random((N, D), dtype=np.float32)
query = np.arange(D, dtype=np.float32) % 7 - 3
A = np.arange(G * G, dtype=np.float32).reshape(G, G) % 17 / 10
B = np.arange(G * G, dtype=np.float32).reshape(G, G) % 13 / 10
text = bytes(256 << 20)
column = np.random.default_rng(2).random(10_000_000, dtype=np.float32) - 0.5
jobs = {"scan": lambda: rows @ query, "sgemm": lambda: A @ B}
# Only the stable argsort gives the indices of ours.
jobs["sort"] = lambda: np.sort(column)
jobs["argsort"] = lambda: np.argsort(column, kind="stable")


def top():
    best = np.argpartition(column, -10_000)[-10_000:]
    return best[np.argsort(-column[best])]


jobs["top"] = top
if blake3 is not None:
    jobs["blake3"] = lambda: blake3.blake3(text, max_threads=threads).digest()
print(" ".join(jobs), flush=True)
for line in sys.stdin:
    job = jobs[line.split()[0]]
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    print((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3, flush=True)
