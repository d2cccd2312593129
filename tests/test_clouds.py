"""Made rows have the intrinsic dimension that is stated."""

import clouds
import numpy as np
from hypothesis import given
from hypothesis import strategies as st


@given(d=st.integers(1, 3), m=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_turned_cube_keeps_its_distances(d, m, seed):
    d += m
    flat = clouds.flat_subspace(np.random.default_rng(seed), 12, m, d)
    assert flat.shape == (12, d)
    assert np.linalg.matrix_rank(flat) <= m
    rng = np.random.default_rng(seed)
    rng.standard_normal((d, m))
    cube = rng.uniform(-0.5, 0.5, (12, m))
    assert np.allclose(flat @ flat.T, cube @ cube.T)


def test_clusters_have_the_dimension_that_is_stated():
    rows = clouds.clustered(np.random.default_rng(0), 16, 4, 1)(500)
    assert (rows.dtype, rows.shape) == (np.float32, (500, 16))
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    assert values[3] > 5 * values[4]
