#!/usr/bin/env bash
# scikit-learn 1.9.1: dates are accepted as features, and their unit is dropped.
#
# NumPy refuses to make floats of dates by mistake (np.sqrt of a datetime64 raises), and check_array
# refuses strings. A datetime64 array it takes as the bare integers beneath: days since 1970 for
# [D], minutes for [m]. A model fitted on dates by the day and asked for one of the very same dates
# by the minute finds another row, at a distance of 26 million; no warning. NaT, the missing date,
# becomes the finite number -9.2e18 and passes the check for missing values.
# Seen: row 1 at 26,278,958 in place of row 0 at 0; the array with NaT passes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" -W error - <<'PY'
import numpy as np
import sklearn
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils import check_array

days = np.array([["2020-01-01"], ["2020-03-01"], ["1970-01-01"]], "M8[D]")
model = KNeighborsClassifier(1).fit(days, [0, 1, 2])
asked = days[:1].astype("M8[m]")
assert (asked == days[:1]).all()
distance, row = (found.item() for found in model.kneighbors(asked))
print("scikit-learn", sklearn.__version__, "numpy", np.__version__)
print("the date of row 0, by the minute: row", row, "at", distance)
missing = check_array(np.array([["NaT"]], "M8[D]"), dtype=float, ensure_all_finite=True)
print("NaT after check_array:", missing.item())
assert row == 1 and distance == 26_278_958 and np.isfinite(missing).all(), "changed"
PY
