"""The search: for every query, the index of its nearest training row, and of its k nearest."""

from os import PathLike
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from nnlib.memory import search
from nnlib.partition import file_of_lists
from nnlib.request import MEMORY_LIMIT, Request
from nnlib.settle import filled
from nnlib.stream import search_source
from nnlib.threads import at_most
from nnlib.tiles import Indices
from nnlib.training import TrainingSet
from nnlib.validation import Array, RowSource, as_labels, as_training_rows, check_source, is_source

if TYPE_CHECKING:
    from nnlib.radius import Lists


def k_nearest(
    X_train: ArrayLike | RowSource,
    X_test: ArrayLike,
    k: int,
    *,
    metric: str = "sqeuclidean",
    method: str = "exact",
    algorithm: str = "auto",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    exclude_self: bool = False,
    threads: int | None = None,
    lists: str | PathLike[str] | None = None,
    return_distance: bool = False,
) -> Indices | tuple[Array, Indices]:
    """Return the indices of the k nearest training rows of every query.

    The rows i with the k smallest ‖x − t_i‖², ordered by (distance, index): ties go to the
    earliest index.

    Parameters
    ----------
    X_train : array_like or row-sliceable source, shape (n_train, d)
        Templates. Integers, float16, float32 or float64; bool counts as integer. An `np.memmap`,
        and anything else that is no array but has a `shape`, a NumPy `dtype` and gives rows as
        ``X_train[i:j]`` (an `h5py.Dataset`, a Zarr or Dask array, a reader of your own), is read
        a stretch at a time, within `memory_limit`: front to back, once, or once for each block of
        queries if the neighbors of all of them do not fit. See `nnlib.stream`.
    X_test : array_like, shape (n_test, d)
        Queries; n_test = 0 is valid.
    k : int
        How many neighbors, from 1 to n_train.
    metric : {"sqeuclidean", "ip", "cosine"}
        What is least: ‖x − t‖²; −x·t, for the largest inner product; 1 − cos(x, t), on the rows as
        given, not on normalized ones that were rounded, and undefined for a row of zeros. All but
        the first need method="exact" and neither a tree nor lists. See `nnlib.inner`.
    method : {"exact", "expanded", "direct"}
        "exact": the indices that real arithmetic on the given values would return, ties
        included, for every valid input. "expanded": by ‖t‖² − 2x·t as computed in float32 (if
        both inputs are) or float64; one matrix product, and wrong where it rounds a
        near-tie the other way. "direct": by Σ(x_j − t_j)² as computed.
    algorithm : {"auto", "brute", "tree", "partition"}
        What "exact" does to find its candidates; the result is the same, bit for bit. "brute": it
        compares all rows. "tree": it asks a k-d tree (SciPy's, built first; see `nnlib.tree`), and
        compares all rows for queries whose answer the tree cannot prove, as where ties abound, and
        for all of them where there can be no tree: d = 0, a number beyond ±2⁵⁰⁰, or a SciPy whose
        tree was not read (a RuntimeWarning says so). "partition": it puts the rows in lists, and
        each query visits those that a bound does not rule out (see `nnlib.partition`), which pays
        for many rows in clusters; it compares all rows for queries to which too many are nearly as
        near, and for all of them if k > n_train / 4 or float64 rounds an input. "auto": lists from
        2¹⁷ rows on, once so many queries came that making them is a third of comparing all rows,
        if this call has queries enough that reading lists is half the work of all rows at most, and
        in a sample they leave a tenth of the pairs; where they stand already, if visits for
        this k and a sample of these queries are half the work of all rows at most. Else, for more
        than a little work, all rows or a tree, what takes less time in a model of one thread and of
        rows spread evenly (``nnlib.choice.Costs``, fitted by ``benchmarks/algorithms.py``). On
        its grid the choice was within a factor of 2 of the better one on even clouds. The time of a
        tree depends on how many dimensions the rows really fill, which no size tells: on clusters
        of three dimensions in up to 32, the choice lost up to 3 by comparing all rows, and up to 34
        where a tree stood already, as in an estimator that predicts again. From 64 queries on,
        a tree is left if eight take over four times what all rows are to take, and these take less.
    memory_limit : int
        Bytes of working memory beyond the inputs, the result, one norm a training row and, in
        the exact search or from a source, 2 MiB. A tree must fit into it, with a third of its size
        to spare; making lists may take half of it, 8 bytes a row and 4 MiB. It changes no result
        of "exact" or "direct"; in "expanded" the product may round differently in tiles of another
        shape, or in stretches of a source.
    progress : bool
        Show a progress bar (needs tqdm).
    exclude_self : bool
        X_test are the training rows, row i as query i, and each is to have neighbors without
        itself: row i is left out for query i, by its index, and rows equal to it are not. Then k
        is at most n_train − 1.
    threads : int, optional
        How many threads the search may take at most, those of its products included; default: as
        many as a product takes. Meanwhile products elsewhere in the process take no more, either.
    lists : path, optional
        With algorithm="partition": the file that keeps the lists between calls, for rows in memory
        or in an `np.memmap`, which is then searched where it is. If there is none, the first call
        that searches by lists writes it, with its format, and the shape, the dtype and a checksum
        of the rows, which later calls compare: each reads all rows once.
    return_distance : bool
        Also return the squared distances, before the indices.

    Returns
    -------
    indices : ndarray of intp, shape (n_test, k)
    distances : ndarray, shape (n_test, k)
        Only with `return_distance`, as ``(distances, indices)``: squared distances in the
        squared unit of the features, as the method computed them ("exact": the direct form in
        float64, so neighbors closer to each other than its rounding may look out of order). Or
        −x·t, or 1 − cos, as computed in float64.

    Raises
    ------
    ValueError
        Naming the argument: see `nnlib.validation` for what counts as input; also for k out of
        range, an unknown method or algorithm, algorithm="tree" or "partition" with another method
        or a source (but for a mapped file with `lists`), `lists` with another algorithm or such a
        source or that is no path, a limit too small for a single pair, the tree or the lists, a
        file that does not hold the lists of these rows, and, in the two computed methods, for data
        whose squares overflow. What a source itself raises passes through.
    OSError
        What reading or writing the file of `lists` raises.

    Notes
    -----
    A large exact search that compares all rows runs in as many threads as a product takes, and
    has the BLAS of this process take one thread for each product meanwhile; see `nnlib.threads`.
    A RuntimeWarning tells of a thread that flushes tiny numbers to zero; see `nnlib.certify`.

    References
    ----------
    T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification", IEEE Transactions on
    Information Theory 13(1), 21–27, 1967, doi 10.1109/TIT.1967.1053964.
    """
    data: Any = X_train
    request = Request(k, method, algorithm, memory_limit, progress, exclude_self, metric)
    training: TrainingSet | None = None
    if lists is not None or not is_source(data):
        path = None if lists is None else file_of_lists(data, lists, algorithm)
        training = TrainingSet(data)
        training.lists_path = path
    with at_most(threads):
        if training is None:
            distances, indices = search_source(data, X_test, request)
        else:
            queries, distances, indices = search(training, X_test, request)
            if return_distance:
                distances = filled(training.rows, queries, distances, indices)
    return (distances, indices) if return_distance else indices


def nearest(
    X_train: ArrayLike | RowSource,
    X_test: ArrayLike,
    *,
    metric: str = "sqeuclidean",
    method: str = "exact",
    algorithm: str = "auto",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    exclude_self: bool = False,
    threads: int | None = None,
    lists: str | PathLike[str] | None = None,
) -> Indices:
    """Return the index of the nearest training row of every query: argmin_i ‖x − t_i‖².

    The first column of `k_nearest` with k = 1, whose parameters, errors and reference it
    shares; X_train is array_like or a row-sliceable source. Shape (n_test,), dtype intp, ties to
    the earliest index.
    """
    found: Any = k_nearest(
        X_train,
        X_test,
        1,
        metric=metric,
        method=method,
        algorithm=algorithm,
        memory_limit=memory_limit,
        progress=progress,
        exclude_self=exclude_self,
        threads=threads,
        lists=lists,
    )
    first: Indices = found[:, 0]
    return first


def radius_neighbors(
    X_train: ArrayLike | RowSource,
    X_test: ArrayLike,
    radius: float,
    *,
    algorithm: str = "auto",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    exclude_self: bool = False,
    threads: int | None = None,
    return_distance: bool = False,
) -> "list[Indices] | Lists":
    """Return for every query the indices of all training rows within a radius.

    The rows i with ‖x − t_i‖² ≤ radius², ordered by (distance, index). Both sides are compared as
    the rational numbers that they are, so that rows on the border are inside.

    Parameters
    ----------
    X_train, X_test, algorithm, progress, exclude_self, threads
        As for `k_nearest`, but there is no algorithm="partition". A source is read front to back,
        once for each block of queries.
    radius : float
        A length, in the unit of the features, finite and not negative; an int or a
        `fractions.Fraction` is taken as it is.
    memory_limit : int
        Bytes of working memory beyond the inputs and the result, of which there may be much: the
        copies that put it in order, and from a source the rows found, are beyond it, too.
    return_distance : bool
        Also return the squared distances, before the indices.

    Returns
    -------
    indices : list of ndarray of intp, n_test of them
        Each as long as there are rows within the radius; without any, it is empty.
    distances : list of ndarray of float64
        Only with `return_distance`, as ``(distances, indices)``: squared distances as the direct
        form computes them; next to the border one may look larger than radius².

    Raises
    ------
    ValueError
        As `k_nearest`, and for a radius that is no such number.
    """
    from nnlib.radius import as_ball, search_radius, search_source_radius  # when it is asked for

    data: Any = X_train
    ball = as_ball(radius)
    request = Request(1, "exact", algorithm, memory_limit, progress, exclude_self).among(None)
    with at_most(threads):
        if is_source(data):
            distances, indices = search_source_radius(data, X_test, ball, request)
        else:
            distances, indices = search_radius(TrainingSet(data), X_test, ball, request)
    return (distances, indices) if return_distance else indices


def predict_1nn(
    X_train: ArrayLike | RowSource, y_train: ArrayLike, X_test: ArrayLike, **search_options: Any
) -> Array:
    """Return, for every query, the label of its nearest training row: y_train[nearest(…)].

    Parameters
    ----------
    X_train : array_like or row-sliceable source, shape (n_train, d)
    y_train : array_like, shape (n_train, …)
        Labels of any dtype, one entry a training row.
    X_test : array_like, shape (n_test, d)
    **search_options
        `metric`, `method`, `algorithm`, `memory_limit`, `progress`, `exclude_self`, `threads`,
        `lists`, as for `nearest`.

    Returns
    -------
    labels : ndarray, shape (n_test, …)
        With the dtype of `y_train`.

    Raises
    ------
    ValueError
        As `nearest`, and if `y_train` has not one entry a training row.
    """
    data: Any = X_train
    source = is_source(data)
    rows: Any = (
        check_source("X_train", data) if source else as_training_rows("X_train", data, native=False)
    )
    labels = as_labels("y_train", y_train, rows.shape[0], "X_train")
    return labels[nearest(rows, X_test, **search_options)]
