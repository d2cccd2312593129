#!/usr/bin/env bash
# faiss-cpu 1.15.1: IndexFlatL2, the exact index, answers a query otherwise when one more is asked.
#
# From queries × features ≥ 128,000 in one call on, the flat index computes ‖x‖² − 2x·t + ‖t‖²
# instead of Σ(x − t)². On rows far from the origin (here 100 ± 0.001, 64 features, float32) all
# differences are lost in the first form. 1999 queries in one call are all answered rightly;
# with a 2000th, the same 1999 get distance 0 and, nearly all, another row.
# The threshold (faiss.cvar.distance_compute_blas_threshold) looks like a matter of speed alone.
# Seen: 0 of 1999 wrong against float64; then 1998 of the same 1999.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.2.6
"$folder/venv/bin/python" - <<'PY'
import faiss
import numpy as np

rng = np.random.default_rng(0)
rows = (100 + 1e-3 * rng.standard_normal((2000, 64))).astype(np.float32)
picked = rng.integers(0, 2000, 2000)
queries = rows[picked] + (1e-4 * rng.standard_normal((2000, 64))).astype(np.float32)
index = faiss.IndexFlatL2(64)
index.add(rows)
few, many = (index.search(queries[:n], 1)[1][:1999, 0] for n in (1999, 2000))
wide = rows.astype(np.float64)
truth = np.array([((wide - x) ** 2).sum(axis=1).argmin() for x in queries[:1999].astype(float)])
wrong = int((few != truth).sum()), int((many != truth).sum())
print("faiss", faiss.__version__, "threshold", faiss.cvar.distance_compute_blas_threshold)
print("wrong of 1999: asked alone", wrong[0], "· with one more", wrong[1])
assert wrong[0] == 0 and wrong[1] > 1000, "changed"
PY
