#!/usr/bin/env bash
# faiss-cpu 1.15.1: an HNSW graph over groups of equal rows loses whole groups, whatever efSearch is.
#
# Ten rows, 500 copies of each. The query is one of the rows, so its nearest distance is 0. With
# efSearch = 5000, as many as there are rows, one would swear that nothing can be missed: the walk
# may keep every row. It does not: links lead to the nearest rows first, which are the copies, and
# with M = 16 (32 links a row) no path leads out of a group that was reached by copies alone.
# Seen: with M = 16, from 2 to 3 of the 10 rows are answered by another row, for five seeds; with
# M = 32 none. A flat index over the same rows answers all ten with distance 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.2.6
"$folder/venv/bin/python" - <<'PY'
import faiss
import numpy as np

faiss.omp_set_num_threads(1)


def missed(index, base):
    """Return for how many of its own rows an index finds a distance other than 0."""
    index.add(np.repeat(base, 500, axis=0))
    distances, _ = index.search(base, 1)
    return int((distances[:, 0] > 0).sum())


seen = {16: [], 32: [], "flat": []}
for seed in range(5):
    base = np.random.default_rng(seed).standard_normal((10, 8)).astype(np.float32)
    for links in (16, 32):
        graph = faiss.IndexHNSWFlat(8, links)
        graph.hnsw.efSearch = 5000
        seen[links].append(missed(graph, base))
    seen["flat"].append(missed(faiss.IndexFlatL2(8), base))
print("faiss", faiss.__version__, "rows missed of ten, for five seeds:", seen)
assert min(seen[16]) >= 1, "changed: M = 16 finds every row"
assert max(seen[32]) == 0, "changed: M = 32 misses rows"
assert max(seen["flat"]) == 0
PY
