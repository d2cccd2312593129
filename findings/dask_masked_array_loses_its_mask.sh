#!/usr/bin/env bash
# Dask 2026.8.0: np.asanyarray of a masked Dask array gives the masked values back as data.
#
# asanyarray, unlike asarray, passes subclasses through, and a Dask array of masked chunks computes
# to a MaskedArray. So one would swear that np.asanyarray(a) and a.compute() hold the same. The
# first is a plain array: the mask is gone, without a word, and what stood behind it is a value.
# np.asanyarray is what a careful library calls to keep a mask.
# Seen: maximum 2.0 by a.max().compute() and a.compute().max(), 1e9 by np.asanyarray(a).max().
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "dask[array]==2026.8.0" numpy==2.4.6
"$folder/venv/bin/python" -W error - <<'PY'
import dask
import dask.array
import numpy as np

masked = np.ma.masked_array([1.0, 2.0, 1e9], mask=[False, False, True])
lazy = dask.array.from_array(masked, chunks=2)
assert np.asanyarray(masked) is masked
computed, converted = lazy.compute(), np.asanyarray(lazy)
print("dask", dask.__version__, "numpy", np.__version__)
print(type(computed).__name__, computed.max(), "·", type(converted).__name__, converted.max())
assert lazy.max().compute() == computed.max() == 2.0
assert type(converted) is np.ndarray and converted.max() == 1e9, "changed"
PY
