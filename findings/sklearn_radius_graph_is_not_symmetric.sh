#!/usr/bin/env bash
# scikit-learn 1.9.1: within a radius, a can be a neighbor of b and b none of a.
#
# 121 points of a grid of tenths, asked for each one's neighbors within 0.5, and all distances are
# Euclidean, hence symmetric. With algorithm="brute" (which "auto" takes for more than 15 features)
# the graph of the neighbors is not symmetric: ||x||^2 - 2 x.t + ||t||^2 is added in another order
# for (x, t) than for (t, x), and the border of the radius lies between the two sums. With "kd_tree"
# it is symmetric, and has other neighbors. What is built on such a graph (components, DBSCAN,
# spectral embedding) takes symmetry for granted. No warning.
# Seen: 26 entries without their mirror image by brute force, none by the tree; 6,098 neighbors in
# all by brute force and 6,149 by the tree. By fractions, of the doubles as they are, 5,961.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" -W error - <<'PY'
from fractions import Fraction

import numpy as np
import sklearn
from sklearn.neighbors import NearestNeighbors

tenths = np.arange(11) / 10
points = np.array([[a, b] for a in tenths for b in tenths])
print("scikit-learn", sklearn.__version__, "numpy", np.__version__)
found = {}
for algorithm in ("brute", "kd_tree"):
    model = NearestNeighbors(radius=0.5, algorithm=algorithm).fit(points)
    graph = model.radius_neighbors_graph(points)
    found[algorithm] = graph.nnz, (graph != graph.T).nnz
    print(algorithm, "neighbors:", graph.nnz, "without their mirror image:", found[algorithm][1])
exact = [[Fraction(v) for v in point] for point in points.tolist()]
truly = sum(
    sum((a - b) ** 2 for a, b in zip(x, t, strict=True)) <= Fraction(1, 4)
    for x in exact
    for t in exact
)
print("by fractions:", truly)
assert truly == 5961
assert found["kd_tree"][1] == 0 and found["kd_tree"][0] != found["brute"][0], "changed"
assert found["brute"][1] > 0, "changed"
PY
