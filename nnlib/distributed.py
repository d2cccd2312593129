"""The same search over many machines: shards of the training rows on a Dask cluster.

A *shard* is a stretch of the training rows that one worker reads and searches by itself. What
it finds, the k nearest of its rows, is all that the others need to know of it, because of the law
of `nnlib.merge`: the k smallest by (true distance, index) of a union are the k smallest of the
parts' k smallest. A lexicographic minimum is associative, so shards may be cut anywhere and their
findings merged in any tree, and the answer is that of one machine, ties included. The proof
that a merge is exact, on rows that rounding cannot tell apart, is in `nnlib.certify` and
`nnlib.merge`; here is only who reads what, and when.

For each block of queries and each shard there is one task, then a tree of merges. Only the
winners travel. All rows within a radius go the same way: what shards find is put side by side,
and in order at the root. A worker that is lost is no loss: the scheduler holds what each task
needs, the queries included, and has its tasks run again elsewhere. (Data that a client *scatters*
would not come back: no task made them.)

Dask comes with the extra ``nnlib[distributed]``.
"""

import asyncio
import functools
import itertools
import logging
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib.certify import check_underflow
from nnlib.inner import check_directions
from nnlib.merge import Neighbors, merge
from nnlib.others import without_itself
from nnlib.problem import Candidates
from nnlib.radius import (
    OF_LIMIT,
    SUPPOSED,
    Asked,
    Lists,
    Met,
    as_ball,
    block_size,
    check_memory,
    enter,
    met_in_part,
    rows_read,
    together,
)
from nnlib.request import MEMORY_LIMIT, Request
from nnlib.stream import Part, search_part
from nnlib.tiles import Advance, Indices, Tiles, Winners, idle, progress_bar, slices
from nnlib.validation import (
    Array,
    as_array,
    as_rows,
    as_training_rows,
    check_same_width,
    check_two_dimensional,
    is_source,
)

try:
    from dask import array as dask_array
    from dask.base import is_dask_collection
    from dask.delayed import delayed
    from dask.system import CPU_COUNT
    from distributed import Client, Future, LocalCluster, Security, as_completed, get_client
    from distributed.comm.core import connect
    from distributed.protocol.pickle import dumps
except ImportError as error:
    raise ImportError(
        "nnlib.distributed needs Dask, which comes with an extra: pip install 'nnlib[distributed]'"
    ) from error

# What one task reads: so much of a file or another source that gives slices.
SHARD_BYTES = 32 * 2**20
# What travels inside a task, queries or rows given as arrays. Dask warns from 10 MB on.
BLOCK_BYTES = 8 * 10**6
# The winners of a block of queries, with their rows, take about so much at most.
WINNERS_BYTES = 32 * 2**20
# So many findings are merged by one task.
FAN_IN = 4


class Form(NamedTuple):
    """What must be known of a source before it is cut."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Source(NamedTuple):
    """What gives some of the training rows to a worker."""

    name: str  # how errors call it
    rows: Any  # an array, a path, a callable, a task, or an object that gives slices
    size: int | None  # how many bytes of it one shard takes; None: all


class Shard(NamedTuple):
    """Some rows of one source, which one task searches for a block of queries."""

    source: Source
    form: Form  # of the source
    part: Part

    @property
    def length(self) -> int:
        """Return how many rows there are."""
        return int(self.part.rows.stop - self.part.rows.start)

    @property
    def place(self) -> str:
        """Return where its rows are, for people."""
        first, last = self.part.start, self.part.start + self.length - 1
        return f"in {self.source.name}, among rows {first} to {last} of all"


def height(form: Form, size: int) -> int:
    """Return how many rows of this form take so many bytes; at least one."""
    return max(1, size // max(1, form.dtype.itemsize * form.shape[1]))


# --- On the workers ---------------------------------------------------------------------------


def hand_over(block: Array) -> Array:
    """Return what the task carries, on whichever worker it runs and as often as it is run."""
    return block


def opened(rows: Any) -> Any:
    """Return something that gives slices of rows: a file is mapped, a callable is called."""
    if isinstance(rows, str | Path):
        return np.lib.format.open_memmap(rows, mode="r")
    if isinstance(rows, np.ndarray) or is_source(rows):
        return rows
    made = rows()
    return made if is_source(made) else as_array("X_train", made)


def form_of(rows: Any) -> Form:
    """Return the form of what a source gives; of a file, without reading its rows."""
    given = opened(rows)
    return Form(tuple(given.shape or ()), np.dtype(given.dtype))


def reopened(given: Any, form: Form) -> Any:
    """Return what is opened; raise unless it has that form."""
    rows = opened(given)
    now = Form(tuple(rows.shape), np.dtype(rows.dtype))
    if now != form:
        raise ValueError(
            f"X_train promised {form.dtype} rows of shape {form.shape} here and gave {now.dtype} "
            f"rows of shape {now.shape}"
        )
    return rows


def search_shard(given: Any, form: Form, part: Part, queries: Array, request: Request) -> Neighbors:
    """Return the k nearest in a part of what is given, which is to have that form."""
    return search_part(reopened(given, form), part, queries, request, idle)


def merge_all(queries: Array, parts: Sequence[Neighbors], request: Request) -> Neighbors:
    """Return the k nearest of all parts together."""
    k, order = request.k, request.order
    return functools.reduce(lambda a, b: merge(queries, a, b, k, order), parts)


def winners(queries: Array, found: Neighbors, request: Request) -> Winners:
    """Return (squared distances, indices): all that goes home."""
    request.check_told_apart(found.distances)
    return found.distances, found.indices


def meet_shard(given: Any, form: Form, part: Part, queries: Array, asked: Asked) -> list[Met]:
    """Return what is within the ball in a part of what is given, which is to have that form."""
    part = part._replace(step=min(part.step, rows_read(form, asked.request.memory_limit)))
    return met_in_part(reopened(given, form), part, queries, asked, idle)


def put_together(queries: Array, parts: Sequence[list[Met]], asked: Asked) -> list[Met]:
    """Return what was found in all parts."""
    return list(itertools.chain.from_iterable(parts))


def put_in_order(queries: Array, found: list[Met], asked: Asked) -> Candidates:
    """Return the pairs by (query, distance, index)."""
    check_underflow()
    with np.errstate(all="ignore"):
        return together(found, queries)


class Search(NamedTuple):
    """What tasks do: with a shard, with what several shards gave, and before it goes home."""

    look: Callable[..., Any]
    join: Callable[..., Any]
    finish: Callable[..., Any]
    asked: Any


# --- The plan ---------------------------------------------------------------------------------


def chunks_of(X_train: Any) -> tuple[list[Source], list[Form]]:
    """Return the chunks of a dask.array, each as a task that makes it, and their forms."""
    check_two_dimensional("X_train", X_train.shape)
    if np.isnan(X_train.shape).any():
        raise ValueError(
            "X_train has chunks of unknown size, so that its rows have no numbers; "
            "call X_train.compute_chunk_sizes() first"
        )
    whole = X_train.rechunk({1: -1})
    forms = [Form((int(n), int(whole.shape[1])), whole.dtype) for n in whole.chunks[0]]
    made = whole.to_delayed().reshape(len(forms))
    return [Source(f"chunk {i} of X_train", chunk, None) for i, chunk in enumerate(made)], forms


def sources_of(X_train: Any) -> list[Source]:
    """Return the sources, each of a kind that a worker can read; arrays are cut to travel."""
    given = list(X_train) if isinstance(X_train, list | tuple) else [X_train]
    if not given:
        raise ValueError("X_train has no sources; there is no neighbor to find")
    sources = []
    for number, rows in enumerate(given):
        name = f"source {number} of X_train"
        if isinstance(rows, np.ndarray):
            rows = np.asarray(as_array("X_train", rows))
            check_two_dimensional(name, rows.shape)
            parts = slices(max(len(rows), 1), height(form_of(rows), BLOCK_BYTES))
            sources += [Source(name, rows[part], None) for part in parts]
        elif is_dask_collection(rows):
            raise ValueError(
                f"{name} is a {type(rows).__name__} of Dask; pass a single "
                "dask.array, such as dask.array.concatenate gives"
            )
        elif isinstance(rows, str | Path):
            sources.append(Source(name, rows, SHARD_BYTES))
        elif is_source(rows) or callable(rows):
            try:
                dumps(rows)  # type: ignore[no-untyped-call]
            except Exception as error:
                raise ValueError(
                    f"{name} cannot travel to a worker ({error}); "
                    "pass a callable that opens or makes it there"
                ) from error
            sources.append(Source(name, rows, SHARD_BYTES if is_source(rows) else None))
        else:
            raise ValueError(
                "X_train must be a dask.array or a list of sources: arrays, paths of .npy files, "
                "callables that return rows, or objects with shape, dtype and slices of rows; "
                f"{name} is of type {type(rows).__name__}"
            )
    return sources


def check_forms(sources: Sequence[Source], forms: Sequence[Form], queries: Array) -> Array:
    """Return an array of the shape and dtype of all rows together, which takes no memory.

    Raises
    ------
    ValueError
        If the sources do not go together, or not with the queries, or have no rows.
    """
    first, name = forms[0], sources[0].name
    for source, form in zip(sources, forms, strict=True):
        check_two_dimensional(source.name, form.shape)
        if form.shape[1] != first.shape[1]:
            raise ValueError(
                f"all sources of X_train must have the same number of columns; {name} has shape "
                f"{first.shape}, {source.name} has shape {form.shape}"
            )
        if form.dtype != first.dtype:
            raise ValueError(
                f"all sources of X_train must have the same dtype; {name} has {first.dtype}, "
                f"{source.name} has {form.dtype}"
            )
    shape = (sum(form.shape[0] for form in forms), first.shape[1])
    whole = np.broadcast_to(np.zeros((), first.dtype), shape)
    as_training_rows("X_train", whole[:1])
    check_same_width("X_train", whole, "X_test", queries)
    return whole


def cut(sources: Sequence[Source], forms: Sequence[Form]) -> list[Shard]:
    """Return the shards of all sources, in the order of their rows."""
    shards, start = [], 0
    for source, form in zip(sources, forms, strict=True):
        n = form.shape[0]
        for rows in slices(n, height(form, source.size) if source.size else max(n, 1)):
            rows = slice(rows.start, min(rows.stop, n))
            # No more is read at a time than one stretch.
            part = Part(rows, start + rows.start, height(form, SHARD_BYTES))
            shards.append(Shard(source, form, part))
        start += n
    return shards


def query_blocks(queries: Array, k: int, row_bytes: int, most: int = sys.maxsize) -> list[slice]:
    """Return blocks of so many queries at most, small enough to travel with their winners."""
    n, d = queries.shape
    travel = BLOCK_BYTES // max(1, d * queries.itemsize), WINNERS_BYTES // (k * (16 + row_bytes))
    return [slice(part.start, min(part.stop, n)) for part in slices(n, max(1, min(*travel, most)))]


def tree(join: Callable[[list[Any]], Any], leaves: Sequence[Any], fan_in: int) -> Any:
    """Join leaves that stand side by side, then what has been joined, until one is left."""
    level = list(leaves)
    while len(level) > 1:
        groups = [level[part] for part in slices(len(level), fan_in)]
        level = [join(group) if len(group) > 1 else group[0] for group in groups]
    return level[0]


def plan(
    shards: Sequence[Shard], given: Sequence[Any], block: Any, search: Search
) -> tuple[Any, list[Any]]:
    """Return the task that answers a block of queries, and those that search a shard for it.

    Parameters
    ----------
    shards : sequence of Shard
    given : sequence
        For each shard what its task opens, or a task that makes it.
    block : array or task
        Queries (q, d).
    search : Search
    """
    run = uuid.uuid4().hex
    count = itertools.count()

    def task(function: Callable[..., Any], *arguments: Any) -> Any:
        # Tasks of one kind are a group, by its name; in it Dask keeps the order of the numbers.
        key = (f"{function.__name__}-{run}", next(count))
        return delayed(function, pure=False)(*arguments, dask_key_name=key)

    found = [
        task(search.look, rows, shard.form, shard.part, block, search.asked)
        for shard, rows in zip(shards, given, strict=True)
    ]
    root = tree(lambda group: task(search.join, block, group, search.asked), found, FAN_IN)
    return task(search.finish, block, root, search.asked), found


# --- The cluster ------------------------------------------------------------------------------


async def knock(address: str, timeout: float) -> None:
    """Raise unless a Dask server answers in time: a client would wait for a silent one forever."""
    arguments = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
    connecting = connect(address, timeout=timeout, **arguments)  # type: ignore[no-untyped-call]
    comm = await asyncio.wait_for(connecting, timeout)
    await comm.close()


@contextmanager
def connected(client: Any, timeout: float) -> Iterator[Any]:
    """Give a client: the one given or the current one, or one of its own, closed afterwards."""
    if client is None:
        with suppress(ValueError):  # there is none
            client = get_client()
    if client is None:
        with (
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=CPU_COUNT,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",  # None would take the usual port
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster, set_as_default=False) as own,  # type: ignore[no-untyped-call]
        ):
            yield own
    elif isinstance(client, str):
        try:
            with ThreadPoolExecutor(1) as pool:  # a notebook has a loop running in this thread
                pool.submit(asyncio.run, knock(client, timeout)).result()
            own = Client(  # type: ignore[no-untyped-call]
                client, timeout=timeout, set_as_default=False
            )
        except OSError:
            raise ConnectionError(
                f"no Dask scheduler answered at {client} within {timeout} seconds"
            ) from None
        with own:
            yield own
    elif isinstance(client, Client) and not client.asynchronous:
        yield client
    else:
        raise ValueError(
            "client must be None, the address of a scheduler, or a distributed.Client that is "
            f"not asynchronous; got {client!r}"
        )


@contextmanager
def noting(where: str) -> Iterator[None]:
    """Add to an exception where it happened."""
    try:
        yield
    except Exception as error:
        error.add_note(where)
        raise


@contextmanager
def unless_dropped() -> Iterator[None]:
    """Make clear what it means if the tasks are gone that one waits for."""
    try:
        yield
    except CancelledError as error:
        raise ConnectionError(f"the Dask cluster has dropped the search: {error}") from error


def describe(client: Any, sources: Sequence[Source]) -> list[Form]:
    """Return the forms of the sources, asking a worker for those that only it can open."""

    def ask(rows: Any) -> Any:
        if isinstance(rows, np.ndarray) or is_source(rows):
            return form_of(rows)
        return client.submit(form_of, rows, pure=False)

    asked = [ask(source.rows) for source in sources]
    try:
        for number, source in enumerate(sources):
            if isinstance(asked[number], Future):
                with noting(f"in {source.name}"):
                    asked[number] = asked[number].result()
    finally:
        release(asked)
    return asked


def release(futures: Sequence[Any]) -> None:
    """Tell the cluster that nobody waits any more: what has not begun never will."""
    for future in futures:
        if isinstance(future, Future):
            future.release()  # type: ignore[no-untyped-call]


def carried(client: Any, rows: Any) -> Any:
    """Return what a task is to be given: an array as a task of its own, all else as it is.

    The scheduler keeps that task and has it run again where its result is lost.
    """
    return client.submit(hand_over, rows, pure=False) if isinstance(rows, np.ndarray) else rows


def submit(
    client: Any, shards: Sequence[Shard], blocks: Sequence[Array], search: Search
) -> tuple[list[Any], list[Any]]:
    """Start all tasks; return futures of the answers, and of the searches, block by block.

    The tasks for rows and queries are referred to by those that wait for them only, so that the
    cluster drops what nobody needs any more.
    """
    given = [carried(client, shard.source.rows) for shard in shards]
    answers, searches = [], []
    for block in blocks:
        answer, found = plan(shards, given, carried(client, block), search)
        answers.append(answer)
        searches += found
    futures = client.compute([*answers, *searches])
    return futures[: len(blocks)], futures[len(blocks) :]


def collect(
    client: Any,
    answers: Sequence[Any],
    searches: Sequence[Any],
    places: Sequence[tuple[int, str]],
    advance: Advance,
) -> Iterator[tuple[int, Any]]:
    """Give the number and the result of each answer as soon as it is there.

    Parameters
    ----------
    client : Client
    answers, searches : sequence of Future
    places : sequence of (int, str)
        How many pairs (query, row) each search looks at, and among which rows.
    advance : callable
        Told of the pairs of each search that is done.
    """
    number_of = {future.key: number for number, future in enumerate(answers)}
    place_of = {future.key: place for future, place in zip(searches, places, strict=True)}
    futures: Any = as_completed([*answers, *searches], loop=client.loop)  # type: ignore[no-untyped-call]
    for future in futures:
        if future.status == "error":
            for search in searches:
                if search.status == "error":
                    with noting(place_of[search.key][1]):
                        search.result()
        if future.key in number_of:
            yield number_of[future.key], future.result()
        else:
            advance(place_of[future.key][0])
            future.release()  # the merge that waits for it keeps it alive


@contextmanager
def sharded(
    X_train: Any, queries: Array, client: Any, timeout: float
) -> Iterator[tuple[Any, list[Shard], Array]]:
    """Give a client, the shards, and an array of the shape and dtype of all rows together."""
    in_chunks = isinstance(X_train, dask_array.Array)
    sources, forms = chunks_of(X_train) if in_chunks else (sources_of(X_train), [])
    with connected(client, timeout) as cluster, unless_dropped():
        forms = forms or describe(cluster, sources)
        whole = check_forms(sources, forms, queries)
        yield cluster, cut(sources, forms), whole


def answered(
    cluster: Any, shards: Sequence[Shard], blocks: Sequence[Array], search: Search, show: bool
) -> Iterator[tuple[int, Any]]:
    """Give the number and the answer of each block of queries, in any order."""
    places = [(len(block) * shard.length, shard.place) for block in blocks for shard in shards]
    with progress_bar(sum(count for count, _ in places), show) as advance:
        answers, searches = submit(cluster, shards, blocks, search)
        try:
            yield from collect(cluster, answers, searches, places, advance)
        finally:  # what has not begun never will
            release([*answers, *searches])


def k_nearest(
    X_train: Any,
    X_test: ArrayLike,
    k: int,
    *,
    client: Any = None,
    metric: str = "sqeuclidean",
    method: str = "exact",
    algorithm: str = "brute",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    exclude_self: bool = False,
    return_distance: bool = False,
    timeout: float = 5.0,
) -> Indices | tuple[Array, Indices]:
    """Return the indices of the k nearest training rows of every query, found by a cluster.

    The rows i with the k smallest ‖x − t_i‖², ordered by (distance, index), as
    `nnlib.search.k_nearest` returns them for the concatenation of all sources: the same bits,
    whatever the shards and however many workers, and also if workers are lost on the way.

    Parameters
    ----------
    X_train : dask.array, shape (n_train, d), or list of sources
        Templates. The rows of a source follow those of the sources before it. A source is

        - a NumPy array, whose rows travel inside the tasks;
        - the path of a ``.npy`` file, a str or Path, that every worker can open: it is mapped into
          memory there, a stretch at a time;
        - an object with shape, dtype and slices of rows that can be pickled, with little in it;
        - a callable without arguments that returns rows, or such an object. It is called once
          to learn the shape and then by each task that searches its rows, one for each block of
          queries, so it should open rather than compute.

        All have the same number of columns and the same dtype; any but all may be empty.
        A dask.array may have any chunks; a task searches all the rows of a chunk.
    X_test : array_like, shape (n_test, d)
        Queries; n_test = 0 is valid.
    k : int
        How many neighbors, from 1 to n_train.
    client : None, str or distributed.Client
        None: the current client if there is one, else a `LocalCluster` with a process a
        core, closed afterwards; a script that starts one needs the usual
        ``if __name__ == "__main__":``. A str: the address of a scheduler.
    metric : {"sqeuclidean", "ip", "cosine"}
        As for `nnlib.search.k_nearest`.
    method : {"exact", "expanded", "direct"}
        As for `nnlib.search.k_nearest`; with "expanded" the product may round differently in
        shards, as it may in tiles.
    algorithm : {"brute", "auto", "tree", "partition"}
        How each task searches its shard, as for `nnlib.search.k_nearest`. Trees and lists are made
        in the task, anew for each block of queries (8 MB of them), so they pay for many queries;
        the result is the same, bit for bit.
    memory_limit : int
        Bytes of working memory of one task, beyond its shard (32 MiB of a source that gives
        slices, else all that a chunk or call makes) and its block of queries.
    progress : bool
        Show a progress bar (needs tqdm).
    exclude_self : bool
        X_test are all rows of X_train in their order, and row i is left out for query i.
    return_distance : bool
        Also return the squared distances, before the indices.
    timeout : float
        Seconds to wait for the scheduler at the address `client`.

    Returns
    -------
    indices : ndarray of intp, shape (n_test, k)
    distances : ndarray, shape (n_test, k)
        Only with `return_distance`, as ``(distances, indices)``: squared distances in the
        squared unit of the features, as the method computed them.

    Raises
    ------
    ValueError
        As `nnlib.search.k_nearest`, naming the row of the whole set; for sources that do not
        go together, and for a dask.array with chunks of unknown size.
    ConnectionError
        If no scheduler answers at the address `client`; if it is lost, or restarted, on the way.
    Exception
        Whatever reading a source raises, with a note that says which source it was. Tasks not yet
        begun are cancelled.

    Notes
    -----
    Workers must have nnlib installed. Those that a Dask nanny starts, the default, have matrix
    products in one thread, so one worker thread for each core is right; workers without a nanny
    take all cores for every thread, unless OPENBLAS_NUM_THREADS=1 and the like are set for them.

    A task that was on several workers as they died, four unless Dask's `allowed-failures` says
    otherwise, is given up with `distributed.KilledWorker`. A cluster without any worker waits for
    one to come.
    """
    request = Request(k, method, algorithm, memory_limit, False, exclude_self, metric)
    queries = as_rows("X_test", X_test)
    request = request.among(None)
    if request.metric == "cosine":
        check_directions("X_test", queries)
    once = request.of_part(request.sought, request.memory_limit, algorithm)
    k = once.k
    # Raises if the limit is too low.
    Tiles(queries.shape[1], k, request.exact).shape(1, 1, request.memory_limit)
    with sharded(X_train, queries, client, timeout) as (cluster, shards, whole):
        request.among(len(whole), len(queries))
        distances = np.empty((len(queries), k), request.dtype(queries, whole))
        indices = np.empty((len(queries), k), np.intp)
        parts = query_blocks(queries, k, whole[:1].nbytes)
        search = Search(search_shard, merge_all, winners, once)
        blocks = [queries[part] for part in parts]
        for number, answer in answered(cluster, shards, blocks, search, progress):
            distances[parts[number]], indices[parts[number]] = answer
    if exclude_self:
        distances, indices = without_itself(distances, indices)
    return (distances, indices) if return_distance else indices


def radius_neighbors(
    X_train: Any,
    X_test: ArrayLike,
    radius: float,
    *,
    client: Any = None,
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    exclude_self: bool = False,
    return_distance: bool = False,
    timeout: float = 5.0,
) -> list[Indices] | Lists:
    """Return for every query all training rows within a radius, found by a cluster.

    The rows i with ‖x − t_i‖² ≤ radius², ordered by (distance, index), as
    `nnlib.search.radius_neighbors` returns them for the concatenation of all sources: the same
    bits, whatever the shards.

    Parameters
    ----------
    X_train, X_test, client, progress, exclude_self, timeout
        As for `k_nearest`.
    radius : float
        A length, as for `nnlib.search.radius_neighbors`.
    memory_limit : int
        As for `k_nearest`. What is found of a block of queries comes together in one task, with
        its rows, to be put in order; that is beyond the limit.
    return_distance : bool
        Also return the squared distances, before the indices.

    Returns
    -------
    indices : list of ndarray of intp, n_test of them
    distances : list of ndarray of float64
        Only with `return_distance`, as ``(distances, indices)``: squared distances as the direct
        form computes them.

    Raises
    ------
    ValueError, ConnectionError, Exception
        As `k_nearest`, and a ValueError for a radius that is no finite length.
    """
    ball = as_ball(radius)
    request = Request(1, "exact", "brute", memory_limit, False, exclude_self).among(None)
    queries = as_rows("X_test", X_test)
    check_memory(queries.shape[1], request, OF_LIMIT)
    with sharded(X_train, queries, client, timeout) as (cluster, shards, whole):
        request.check_paired(len(whole), len(queries))
        most = block_size(queries.shape[1], request)
        parts = query_blocks(queries, SUPPOSED, whole[:1].nbytes, most)
        search = Search(meet_shard, put_together, put_in_order, Asked(ball, request))
        found: list[Lists] = [([], []) for _ in parts]
        blocks = [queries[part] for part in parts]
        for number, pairs in answered(cluster, shards, blocks, search, progress):
            enter(found[number], pairs, range(len(queries))[parts[number]], request)
    distances, indices = ([one for part in found for one in part[i]] for i in (0, 1))
    return (distances, indices) if return_distance else indices


def nearest(
    X_train: Any,
    X_test: ArrayLike,
    *,
    client: Any = None,
    metric: str = "sqeuclidean",
    method: str = "exact",
    algorithm: str = "brute",
    memory_limit: int = MEMORY_LIMIT,
    progress: bool = False,
    exclude_self: bool = False,
    timeout: float = 5.0,
) -> Indices:
    """Return the index of the nearest training row of every query, found by a cluster.

    The first column of `k_nearest` with k = 1, whose parameters, errors and notes it shares;
    shape (n_test,), dtype intp, ties to the earliest index.
    """
    found: Any = k_nearest(
        X_train,
        X_test,
        1,
        client=client,
        metric=metric,
        method=method,
        algorithm=algorithm,
        memory_limit=memory_limit,
        progress=progress,
        exclude_self=exclude_self,
        timeout=timeout,
    )
    first: Indices = found[:, 0]
    return first
