"""The scikit-learn face: the search as estimators that fit into pipelines and grid searches.

Input is read by the rules of `nnlib.validation`, so that no value is rounded and no mask dropped,
and then validated by scikit-learn's own functions, so that messages and refusals are the ones its
users know. `fit` prepares the training side once.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlib.inner import check_directions, normalized
from nnlib.memory import search
from nnlib.radius import Lists, as_ball, search_radius
from nnlib.request import MEMORY_LIMIT, METHODS, METRICS, Request
from nnlib.settle import filled
from nnlib.threads import at_most
from nnlib.training import TrainingSet, joined
from nnlib.validation import (
    Array,
    as_array,
    check_choice,
    check_count,
    distinct_labels,
    first_missing,
    objection,
)
from nnlib.votes import distance_votes, leaders, margin

VOTES = ("uniform", "distance")


def numbers(name: str, data: Any, **options: Any) -> Array:
    """Return `data` as an array of numbers that scikit-learn's `check_array` accepts.

    It takes objects for numbers, too: those whose value that keeps.
    """
    array = as_array(name, data)
    if array.dtype.kind == "O":
        array = as_array(name, array.tolist())
        check_nothing_missing(name, array)
    if array.dtype.kind in "biufcOSU":  # or it raises a bare TypeError
        checked: Array = check_array(array, input_name=name, **options)
        if array.dtype.kind in "biuf":
            return checked
        pairs = zip(array.ravel().tolist(), checked.ravel().tolist(), strict=True)
        if all(given == number for given, number in pairs):
            return checked
    raise ValueError(f"{name} must hold numbers; its dtype is {array.dtype}{objection(array)}")


def check_nothing_missing(name: str, array: Array) -> None:
    """Raise for the missing values of pandas and of NumPy's text, which scikit-learn trips over."""
    row = first_missing(array)
    if row is not None:
        raise ValueError(f"Input {name} contains NaN: row {row} has a missing value")


def plain(labels: Array) -> Array:
    """Return labels as scikit-learn knows them: not NumPy's text of variable length."""
    return labels.astype(object) if labels.dtype.kind == "T" else labels


def followed(labels: Array, more: Array) -> Array:
    """Return labels and then more of them; raise unless both are of one kind."""
    if not (len(labels) and len(more)):
        return more if len(more) else labels
    if kind_of(labels) != kind_of(more):
        raise ValueError(f"y holds {more.dtype} and is to follow labels in {labels.dtype}")
    if labels.dtype.kind != more.dtype.kind and kind_of(more) == "text":
        labels, more = labels.astype(object), more.astype(object)
    return joined("y", labels, more)


def kind_of(labels: Array) -> str:
    """Return "number", "text" (NumPy's or objects that are all str), or else the dtype's kind."""
    if labels.dtype.kind in "biuf":
        return "number"
    return "text" if all(isinstance(one, str) for one in labels.tolist()) else labels.dtype.kind


class Ballot(NamedTuple):
    """What the neighbors of q queries count, nearest first."""

    queries: Array  # (q, d), as they were searched
    indices: Array  # (q, k)
    votes: Array  # (q, k)
    exact: Array  # (q,): whether no vote is rounded


class NeighborsBase(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What the classifier and the regressor share: parameters, fit, kneighbors, vote weights."""

    _training: TrainingSet
    _metric: str  # that of the fit

    def __init__(
        self,
        n_neighbors: int = 1,
        weights: str = "uniform",
        metric: str = "sqeuclidean",
        method: str = "exact",
        memory_limit: int = MEMORY_LIMIT,
        algorithm: str = "auto",
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.metric = metric
        self.method = method
        self.memory_limit = memory_limit
        self.algorithm = algorithm
        self.n_jobs = n_jobs

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Leave the estimator as it was if fitting fails, wherever it does."""
        before = dict(self.__dict__)
        try:
            yield
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise

    def _read(self, X: Any, **fitting: Any) -> Array:
        """Return rows as an array; note or check the number and the names of their features."""
        rows = numbers("X", X, dtype="numeric", estimator=self)
        validate_data(self, X if hasattr(X, "columns") else rows, skip_check_array=True, **fitting)
        return rows

    def _fit_rows(self, X: Array, kept: TrainingSet | None) -> None:
        """Check the parameters against the rows and prepare the training side, of those kept, too.

        A metric is that of the first rows.
        """
        check_choice("weights", self.weights, VOTES)
        check_choice("metric", self.metric, METRICS)
        self._metric = self._metric if kept else self.metric
        self._check_votes()
        self._threads()
        check_count("n_neighbors", self.n_neighbors, 1, None, "neighbors")
        request = self._request(self.n_neighbors).among(None)
        if self._metric == "cosine":
            check_directions("X", X)
        # Norms and a tree are kept for these rows, so they must not change with the caller's.
        rows = X.astype(X.dtype.newbyteorder("="))
        self._training = kept.followed_by(rows) if kept else TrainingSet(rows, request.expanded)
        self.n_samples_fit_ = len(self._training)

    def _check_k(self, k: Any, own: bool = False) -> None:
        """Raise unless there are k neighbors: of any query, or of the rows themselves, if `own`."""
        n, less = len(self._training), own * ", without the row itself"
        check_count("n_neighbors", k, 1, n - own, f"n_samples = {n}{less}")

    def _kept(self) -> TrainingSet | None:
        """Return the rows that are fitted, None if there are none yet."""
        return self._training if hasattr(self, "n_samples_fit_") else None

    def _request(self, k: int, own: bool = False) -> Request:
        """Return what is asked of the search for k neighbors, of the rows themselves if `own`."""
        metric = METRICS[0] if self._by_unit_rows() else self._metric
        return Request(k, self.method, self.algorithm, self.memory_limit, False, own, metric)

    def _by_unit_rows(self) -> bool:
        """Return whether a computed form searches normalized rows; the exact one those given."""
        return self._metric == "cosine" and self.method in METHODS[1:]

    def _check_votes(self) -> None:
        """Raise for weights that are none, or that a metric does not give."""
        if check_choice("weights", self.weights, VOTES) != "uniform" and self._metric == "ip":
            raise ValueError("weights='distance' needs a metric with distances; got metric='ip'")

    def kneighbors(
        self, X: Any = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> tuple[Array, Array] | Array:
        """Return the k nearest training rows of every query, ordered by (distance, index).

        Parameters
        ----------
        X : array_like, shape (n_test, d), optional
            Default: the training rows, each without itself, as `exclude_self` of `k_nearest`.
        n_neighbors : int, optional
            k; default `self.n_neighbors`.
        return_distance : bool
            Also return distances, before the indices.

        Returns
        -------
        distances : ndarray, shape (n_test, k)
            ‖x − t‖² for metric "sqeuclidean", 1 − cos(x, t) for "cosine", −x·t for "ip".
        indices : ndarray, shape (n_test, k)

        Raises
        ------
        ValueError
            As scikit-learn's `check_array`; for a k that is not from 1 to n_train; for a zero
            row under "cosine".
        """
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        X, squared, indices = self._search(X, k)
        if not return_distance:
            return indices
        if self._by_unit_rows():  # on which ‖x − t‖² = 2 − 2 cos
            return filled(self._training.unit().rows, X, squared, indices) / 2, indices
        return filled(self._training.rows, X, squared, indices), indices

    def radius_neighbors(
        self, X: Any = None, radius: float = 1.0, return_distance: bool = True
    ) -> Lists | list[Array]:
        """Return all training rows within a radius of every query; see `nnlib.radius_neighbors`.

        Parameters
        ----------
        X : array_like, shape (n_test, d), optional
            As for `kneighbors`.
        radius : float
            The largest ‖x − t‖, a length in the unit of the features.
        return_distance : bool
            Also return squared distances, before the indices.

        Returns
        -------
        distances, indices : lists of ndarray, one a query
            Ordered by (distance, index).

        Raises
        ------
        ValueError
            As `kneighbors`; for a radius that is negative or not finite; for a metric other than
            "sqeuclidean" and a method other than "exact".
        """
        X, own = self._queries(X)
        if self._metric != METRICS[0] or not self._request(1).exact:
            raise ValueError(
                "radius_neighbors needs method='exact' and a fit with metric='sqeuclidean'; got "
                f"method={self.method!r} and a fit with metric={self._metric!r}"
            )
        request = self._request(1, own).among(None)
        with self._threads():
            distances, indices = search_radius(self._training, X, as_ball(radius), request)
        return (distances, indices) if return_distance else indices

    def kneighbors_graph(
        self, X: Any = None, n_neighbors: int | None = None, mode: str = "connectivity"
    ) -> Any:
        """Return the graph from every query to its k nearest training rows, as a sparse matrix.

        Parameters
        ----------
        X, n_neighbors
            As for `kneighbors`.
        mode : {"connectivity", "distance"}
            What an edge holds: 1, or the distance that `kneighbors` reports, also where it is 0.

        Returns
        -------
        graph : scipy.sparse.csr_matrix of float64, shape (n_test, n_train)
            In each row k entries, in the order of `kneighbors`.

        Raises
        ------
        ValueError
            As `kneighbors`, and for another mode.
        """
        from scipy.sparse import csr_matrix

        check_choice("mode", mode, ("connectivity", "distance"))
        distances, indices = self.kneighbors(X, n_neighbors)
        edges = np.ones(indices.size) if mode == "connectivity" else distances.ravel()
        starts = np.arange(len(indices) + 1) * indices.shape[1]
        shape = len(indices), self.n_samples_fit_
        return csr_matrix((edges.astype(np.float64), indices.ravel(), starts), shape=shape)

    def _threads(self) -> AbstractContextManager[None]:
        """Return what holds a search to `n_jobs` threads; −1 is scikit-learn's word for all."""
        if self.n_jobs is not None and self.n_jobs != -1:
            return at_most(check_count("n_jobs", self.n_jobs, 1, None, "threads, or -1"))
        return at_most(None)

    def _queries(self, X: Any) -> tuple[Array, bool]:
        """Return the queries as rows, and whether they are the training rows: without X."""
        check_is_fitted(self, "n_samples_fit_")
        if X is None:
            return self._training.rows, True
        return self._read(X, reset=False), False

    def _search(self, X: Any, k: int) -> tuple[Array, Array, Array]:
        """Return the queries as searched, and their (squared distances, indices); see `search`."""
        X, own = self._queries(X)
        self._check_votes()
        if len(self._training) == own:
            raise ValueError("without X no row is its own neighbor, and only one was fitted")
        self._check_k(k, own)
        if self._metric == "cosine":
            check_directions("X", X)
        training = self._training
        if self._by_unit_rows():
            training, X = training.unit(), normalized(X, "X")
        with self._threads():
            return search(training, X, self._request(k, own))

    def _measured(self) -> TrainingSet:
        """Return the rows between which and the queries distances are voted by."""
        return self._training.unit() if self._metric == "cosine" else self._training

    def _vote(self, X: Any) -> Ballot:
        """Return what each neighbor of the queries counts."""
        X, squared, indices = self._search(X, self.n_neighbors)
        if self.weights == "uniform":
            return Ballot(X, indices, np.ones(indices.shape), np.ones(len(X), np.bool_))
        rows = self._measured().rows
        if self._metric == "cosine" and not self._by_unit_rows():
            X = normalized(X, "X")
            squared[:] = np.nan
        if not self._request(1).exact:  # which may round to float32, and hide a distance of zero
            squared[:] = np.nan
        squared = filled(rows, X, squared.astype(np.float64, copy=False), indices)
        if not np.isfinite(squared).all():
            raise ValueError(
                "a squared distance overflows float64, so that weights='distance' is undefined; "
                "rescale X or use weights='uniform'"
            )
        return Ballot(X, indices, *distance_votes(X, rows, indices, squared))


class NearestNeighborClassifier(ClassifierMixin, NeighborsBase):  # type: ignore[misc]
    """Classify by a vote among the k nearest training rows; k = 1 is the nearest neighbor rule.

    Parameters
    ----------
    n_neighbors : int
        k, from 1 to the number of training rows.
    weights : {"uniform", "distance"}
        Every neighbor counts 1, or 1/‖x − t‖ (zero distances outweigh all others).
    metric : {"sqeuclidean", "ip", "cosine"}
        ‖x − t‖², −x·t or 1 − cos(x, t); see `nnlib.k_nearest`. Under "cosine" the computed methods
        search rows normalized in floating point, and distances that votes count are between these.
    method : {"exact", "expanded", "direct"}
        How neighbors are found; see `nnlib.nearest`.
    memory_limit : int
        Bytes of working memory for a search.
    algorithm : {"auto", "brute", "tree", "partition"}
        What chooses the candidates; see `nnlib.k_nearest`. Lists or a tree are built by the
        first search that wants it, and kept: in "auto" that is one for which it pays, or one after
        so many that, by the pairs compared, it would have paid for all of them. A pickle leaves it
        out.
    n_jobs : int, optional
        How many threads a search may take at most, as `threads` of `nnlib.k_nearest`; None or −1:
        as many as a product takes.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    n_features_in_, n_samples_fit_ : int

    Notes
    -----
    A tied vote goes to the tied label whose nearest member comes first, in the order of
    (distance, index). There `predict` need not be the first maximum of `predict_proba`. What is a
    tie, and who has the most votes, is decided by exact numbers; see `nnlib.votes`.

    References
    ----------
    T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification", IEEE Transactions on
    Information Theory 13(1), 21–27, 1967, doi 10.1109/TIT.1967.1053964.
    """

    classes_: Array
    _codes: Array  # the place of each label among them
    _given: Array | None  # the classes that may come

    def fit(self, X: Any, y: Any) -> Self:
        """Keep a copy of the training rows `X` (n_train, d) with their labels `y` (n_train,).

        If it raises, the estimator is as it was before.
        """
        with self._all_or_nothing():
            self._add(X, y, None, None)
            self._check_k(self.n_neighbors)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Add rows after those that are fitted, as if all had been fitted together.

        Lists that stand take them in; a tree is planted anew when it is wanted. There may be fewer
        rows than `n_neighbors`, until neighbors are asked for.

        Parameters
        ----------
        X : array_like, shape (n, d)
            They become rows ``n_samples_fit_`` and following, under the metric of the first.
        y : array_like, shape (n,)
            Labels of the kind that is there: numbers, text (NumPy's or objects that are all str),
            dates, or other objects.
        classes : array_like, shape (n_classes,), optional
            All labels that may come, given with the first rows; then `classes_` are these.
            Without it, `classes_` are the labels so far.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            As `fit`; for labels that are not in `classes`, or other classes than the first time;
            where no dtype keeps all values. The estimator is then as it was before.
        """
        with self._all_or_nothing():
            self._add(X, y, classes, self._kept())
        return self

    def _add(self, X: Any, y: Any, classes: Any, kept: TrainingSet | None) -> None:
        """Keep rows and labels, after those that are `kept`."""
        rows = self._read(X, y=y, reset=kept is None)
        labels = self._labels(y)
        check_consistent_length(rows, labels)
        before = self.classes_[self._codes] if kept else labels[:0]
        given = self._given if kept else None
        if classes is not None:
            names = distinct_labels("classes", self._labels(classes, "classes"))[0]
            if kept and (given is None or names.tolist() != given.tolist()):
                raise ValueError("classes must be those that were given with the first rows")
            given = names
        self._given = given
        every = followed(followed(labels[:0] if given is None else given, before), labels)
        self.classes_, codes = distinct_labels("y", every)
        if given is not None and len(self.classes_) > len(given):
            unknown = np.delete(self.classes_, codes[: len(given)]).tolist()
            raise ValueError(f"y has labels that are not in classes: {unknown}")
        self._codes = codes[-len(labels) - len(before) :]
        check_classification_targets(plain(labels))
        self._fit_rows(rows, kept)

    def _labels(self, y: Any, name: str = "y") -> Array:
        """Return labels (n,), none of them missing."""
        labels: Array = column_or_1d(as_array(name, y), warn=True)
        check_nothing_missing(name, labels)
        assert_all_finite(plain(labels), input_name=name)
        return labels

    def _tally(self, ballot: Ballot) -> tuple[Array, Array]:
        """Return (tally, codes): votes per class (n_test, n_classes); neighbors' class codes."""
        codes = self._codes[ballot.indices]
        tally = np.zeros((len(codes), len(self.classes_)))
        rows = np.arange(len(codes))
        for vote, code in zip(ballot.votes.T, codes.T, strict=True):  # k steps, all queries at once
            tally[rows, code] += vote
        return tally, codes

    def predict_proba(self, X: Any = None) -> Array:
        """Return each class's share of the votes, shape (n_test, n_classes); X as `kneighbors`."""
        tally, _ = self._tally(self._vote(X))
        return np.asarray(tally / tally.sum(axis=1, keepdims=True))

    def predict(self, X: Any = None) -> Array:
        """Return the label with the most votes for every query, shape (n_test,).

        X as for `kneighbors`: without it this is leave-one-out.
        """
        ballot = self._vote(X)
        tally, codes = self._tally(ballot)
        most = tally.max(axis=1, keepdims=True)
        leads = np.take_along_axis(tally, codes, axis=1) == most
        close = tally >= most * (1 - margin(self.n_features_in_, codes.shape[1]))
        rows, indices = self._measured().rows, ballot.indices
        for i in np.flatnonzero((close.sum(axis=1) > 1) & ~ballot.exact):
            contenders = np.flatnonzero(close[i])
            leads[i] = leaders(ballot.queries[i], rows[indices[i]], codes[i], contenders)
        # Nearest first: the first neighbor whose class has the most votes decides.
        winner = np.take_along_axis(codes, leads.argmax(axis=1)[:, None], axis=1)[:, 0]
        return np.asarray(self.classes_[winner])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the (weighted) share of the queries whose label is that in `y` (n_test,)."""
        labels = column_or_1d(as_array("y", y))
        check_nothing_missing("y", labels)
        if X is None:
            check_is_fitted(self, "n_samples_fit_")
        check_consistent_length(self._codes if X is None else X, labels, sample_weight)
        pairs = zip(self.predict(X).tolist(), labels.tolist(), strict=True)
        return float(np.average([found == label for found, label in pairs], weights=sample_weight))


class NearestNeighborRegressor(RegressorMixin, NeighborsBase):  # type: ignore[misc]
    """Predict the (weighted) mean target of the k nearest training rows.

    Parameters are those of `NearestNeighborClassifier`: ŷ = Σ v_i y_i / Σ v_i over the k
    nearest, with votes v_i = 1 or 1/‖x − t_i‖. `y` may have several columns.
    """

    _targets: Array

    def fit(self, X: Any, y: Any) -> Self:
        """Keep a copy of the training rows `X` (n_train, d) with their targets `y`."""
        with self._all_or_nothing():
            self._add(X, y, None)
            self._check_k(self.n_neighbors)
        return self

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Add rows `X` (n, d) and targets `y` after those that are fitted.

        As `NearestNeighborClassifier.partial_fit`; `y` has as many columns as before.
        """
        with self._all_or_nothing():
            self._add(X, y, self._kept())
        return self

    def _add(self, X: Any, y: Any, kept: TrainingSet | None) -> None:
        """Keep rows and targets, after those that are `kept`."""
        rows = self._read(X, y=y, reset=kept is None)
        targets = numbers("y", y, dtype=np.float64, ensure_2d=False, estimator=self)
        check_consistent_length(rows, targets)
        before = self._targets if kept else targets[:0]
        if targets.shape[1:] != before.shape[1:]:
            raise ValueError(
                f"y must have the shape of the targets before, one entry a row {before.shape[1:]}; "
                f"it has {targets.shape[1:]}"
            )
        self._targets = np.concatenate([before, targets])
        self._fit_rows(rows, kept)

    def predict(self, X: Any = None) -> Array:
        """Return the mean target of the neighbors of every query, shape of `y` but n_test rows.

        X as for `kneighbors`.
        """
        ballot = self._vote(X)
        targets = self._targets[ballot.indices]
        shares = ballot.votes / ballot.votes.sum(axis=1, keepdims=True)
        return np.asarray(np.einsum("qk,qk...->q...", shares, targets))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
