"""Which index for how many rows? The rules of the advice, and the arithmetic behind it.

Every candidate is put to the same four questions. Does it answer as exactly as is asked? Can it
live with the changes? Do its bytes fit? And does it save enough work over looking at every row?
The rules stand once, in `advise`, with their constants and their `WORDS`; the page of
`nnlib.widgets.IndexChooser` gets both from here.

Nothing here is a time. Work is counted in floating-point operations, and a byte that must be
fetched counts for as many operations as a processor does while it waits. What an approximate
index must look at for some recall is no theorem: `PROBES`, `VISITS` and `JUMP` were measured by
benchmarks/guide.py on made data and are a first guess, to be replaced by a measurement on your own.
"""

import math
from dataclasses import dataclass
from typing import Any

Counts = dict[str, list[tuple[int, ...]]]
"""For each of `SPREADS`, for each recall below 1, one for each class of intrinsic dimensions."""

LIMITS = {
    "n": (1000, 10**9),
    "d": (2, 1536),
    "intrinsic": (0, 1536),
    "memory": (0.1, 10_000),
    "batch": (1, 100_000),
}
RECALLS = (1.0, 0.99, 0.95, 0.9)
"""Of the nearest neighbor; 1 stands for a guarantee, not for a good average."""
UPDATES = ("rare", "steady")
SPREADS = ("clusters", "even")
"""Rows in many clouds, or in one."""

BALANCE = 10
"""Operations a processor does while it fetches a byte from memory. Eight cores at 3 GHz with 32
float32 operations a cycle do 768 billion a second; DDR5-4800 on two channels brings 76.8 GB."""
DISK = 10
"""How many times slower a disk is than memory: an NVMe drive on four lanes of PCIe 4.0 brings
7.9 GB a second at most."""
PAGE = 4096
"""Bytes that a disk reads at least."""
SHARED = 512
"""Queries of one product, which share the rows that it reads: the tile of `nnlib.tiles`."""
PRODUCT, DIRECT = 2, 3
"""Operations a feature: multiply and add in a product; subtract, square and add one by one."""
WORTH = 5
"""An index must save five-fold to be built at all: it costs time to build, has knobs to turn and
takes its share of every change. The factor is a judgment."""

LEAF = 16
"""Rows in a leaf of the k-d tree: the default of `scipy.spatial.cKDTree`."""
NODE = 72
"""Bytes of a node there: nine words of eight bytes."""
LISTS = 4
"""An inverted file of 4√n lists: where 16 lists are looked at, nlist + 16·n/nlist is least there,
and it is the low end of the faiss wiki's advice, 4√n to 16√n."""
TRAINING = 39
"""Rows a list below which faiss warns that k-means has too few."""
CODE, LONGEST_CODE = 4, 64
"""Features that share one byte of a product code, as in benchmarks/recall.py, and the most bytes of
one. Both are a choice: longer codes need fewer candidates."""
CENTROIDS = 256
"""Of each part of a product code, so that its number takes one byte (Jégou et al. 2011)."""
RERANKED = 64
"""Candidates of the codes whose true distance is computed from the rows themselves: a choice, too.
Of 20,000 rows in one cloud of up to 64 dimensions, 300 queries out of 300 had their nearest row
among them; of more rows, fewer will."""
ID = 8
"""Bytes of a row's number in the lists of faiss."""
LINKS = 16
"""M of the graph: M links a node in the upper layers and 2M in the lowest, of 4 bytes each
(Malkov & Yashunin 2018 find 5 to 48 reasonable; faiss wiki: 4d + 8M bytes a row)."""
NODE_OF_GRAPH = 12
"""More bytes a row in faiss: its level, and where its links begin."""


def tree_bound(e: int, leaf: int = LEAF) -> float:
    """Return how many rows a k-d tree looks at for one query: (G^(1/e) + leaf^(1/e))^e.

    The bound of Friedman, Bentley & Finkel (1977) on the mean, for one neighbor among rows that
    are locally uniform in e dimensions. G = 2^e/V_e is the volume of a cube over that of the
    ball within; the number of rows in the tree does not occur.
    """
    ball = math.pi ** (e / 2) / math.gamma(e / 2 + 1)
    return float(((2**e / ball) ** (1 / e) + leaf ** (1 / e)) ** e)


TREE_ROWS = [round(tree_bound(e)) for e in range(1, 17)]
"""`tree_bound` for 1, 2, … dimensions, as far as it stays below 10⁹ rows; then all are visited."""
JUMP = 2
"""How many times longer a row takes where a walk jumps to it than where a list is read from end to
end: measured by benchmarks/guide.py. A tree's rows are jumped to as well."""
STRUCTURE = (4, 8, 16, 32)
"""The last intrinsic dimensions of the classes in `PROBES` and `VISITS`; one more has the rest."""
PROBES: Counts = {
    "clusters": [
        (4, 8, 24, 32, 48),  # 0.99
        (2, 6, 12, 24, 32),  # 0.95
        (2, 4, 8, 16, 24),  # 0.9
    ],
    "even": [
        (12, 16, 128, 768, 2048),
        (6, 8, 64, 384, 1536),
        (4, 6, 48, 256, 768),
    ],
}
"""Lists of 4√n to look at for a recall@1: measured by benchmarks/guide.py with faiss, on a million
rows of 64 features in one Gaussian cloud, or in a hundred, of 4, 8, 16, 32 and 64 dimensions; the
smallest of 1, 2, 3, 4, 6, 8, 12, … that reached it. In 16 dimensions a tenth of the rows took 96
lists in place of 128 in one cloud, and 8 in place of 24 in a hundred, which then are small."""
VISITS: Counts = {
    "clusters": [
        (0, 0, 0, 0, 0),
        (0, 0, 4233, 4472, 4666),
        (2571, 1395, 1463, 1842, 2434),
    ],
    "even": [
        (546, 370, 2071, 0, 0),
        (382, 275, 1181, 15331, 0),
        (335, 250, 720, 8355, 0),
    ],
}
"""Rows that a walk on the graph looks at for the same recall on the same rows; 0 where no walk
reached it that keeps up to 1024 rows. Separate clusters have few links between them."""
DOUBLINGS = 19
"""A million is 2¹⁹ and some; for more rows the walk grows with log n (Malkov & Yashunin 2018)."""

NAMES = {
    "brute": "Brute force, certified",
    "tree": "k-d tree",
    "ivf": "IVF-Flat",
    "pq": "IVF-PQ, re-ranked",
    "hnsw": "HNSW",
    "shards": "Shards on machines",
}
SUMS = {
    "brute": "n(4d + 4)",
    "tree": "n(8d + 8) + nodes",
    "ivf": "n(4d + 8) + centers",
    "pq": "n(m + 8) + centers",
    "hnsw": "n(4d + 8M + 12) + links",
    "shards": "each",
}
WORDS = {
    "brute works": "Exact, and nothing to build: a product reads the rows once for every {shared}.",
    "brute disk": "Exact on one machine with the rows on disk: all {disk} are read for every "
    "{batch}.",
    "tree works": "Exact: in {e} dimensions it looks at {rows} rows or fewer on average.",
    "tree updates": "Built once: it takes no inserts and no deletes, so a change means building "
    "it anew.",
    "ivf works": "Looks at {probes} of {lists} lists. A new row joins one list, a deleted row "
    "leaves one.",
    "ivf exact": "Exact only if all {lists} lists are looked at: brute force by a detour.",
    "ivf train": "Too few rows: each of {lists} lists wants {training} to train on.",
    "pq works": "Codes of {code} bytes in memory pick {reranked} candidates; their rows, "
    "{disk} on disk, decide exactly among them.",
    "pq exact": "No guarantee: the nearest row may not be among the candidates.",
    "pq train": "Too few rows: each of {lists} lists wants {training} to train on.",
    "hnsw works": "Walks a graph past about {rows} rows; its links come on top of the rows.",
    "hnsw exact": "No guarantee: the walk may end where no link leads nearer.",
    "hnsw misses": "No walk that was tried reached this recall on a million such rows.",
    "hnsw updates": "Takes inserts, but its rows cannot be deleted (in faiss).",
    "shards brute": "Exact: {machines} machines search a part each by brute force; the nearest of "
    "their answers is the answer.",
    "shards pq": "{machines} machines search a part each by IVF-PQ; the nearest of their answers "
    "is the answer.",
    "shards needless": "One machine is enough.",
    "fit": "Does not fit: it takes {bytes}, and there are {memory}.",
    "gain": "Its work is {share} % of brute force’s: too much to be worth building.",
}
"""One sentence for each outcome."""


@dataclass(frozen=True)
class Advice:
    """What the rules say of one candidate.

    Attributes
    ----------
    key, name : str
    bytes : int
        Memory that it needs, on each machine: n·row + more, n being the rows of a machine.
    row, more : int
        Bytes a row, and those that do not depend on a row's length.
    disk : int
        Bytes of rows that stay on disk; 0 if none do.
    machines : int
    rows : int
        Rows, codes and centroids whose distance to a query is computed, on all machines.
    flops : int
        Operations a query, on one machine.
    read : int
        Bytes a query fetches from memory, on one machine.
    work : int
        The larger of `flops`, `BALANCE` times `read`, and `BALANCE`·`DISK` times what is read
        from disk: operations, done or waited for. Tree and graph wait `JUMP` times as long for
        what they read.
    fits : bool
        Whether `bytes` do. Brute force works without, with its rows on disk.
    verdict : str
        "best", "works" or "no".
    reason : str
        One sentence.
    """

    key: str
    name: str
    bytes: int
    row: int
    more: int
    disk: int
    machines: int
    rows: int
    flops: int
    read: int
    work: int
    fits: bool
    verdict: str
    reason: str


def up(a: float, b: float) -> int:
    """Return a / b, rounded up: to a whole row, list or byte."""
    return math.ceil(a / b)


def lists_of(n: int) -> int:
    """Return how many lists an inverted file of n rows has."""
    return math.floor(LISTS * math.sqrt(n))


def guess(counts: Counts, e: int, recall: float, spread: str) -> int:
    """Return what `PROBES` or `VISITS` has for rows of e intrinsic dimensions and a recall."""
    return counts[spread][RECALLS.index(recall) - 1][sum(e > last for last in STRUCTURE)]


def nodes_of(n: int) -> int:
    """Return how many nodes a k-d tree of n rows has that halves them until a leaf holds them."""
    leaves = 1
    while leaves * (LEAF + 1) <= n:
        leaves *= 2
    leaves += max(n - leaves * LEAF, 0)  # those that are one row too large are halved once more
    return 2 * leaves - 1


def measure(
    key: str, n: int, d: int, e: int, batch: int, recall: float, spread: str, disk: bool
) -> dict[str, int]:
    """Return a candidate's bytes and work, be it of use or not.

    With `disk`, brute force finds its rows there.
    """
    shared = min(batch, SHARED)
    lists = lists_of(n)
    scanned = min(n, up(guess(PROBES, e, recall, spread) * n, lists)) if recall < 1 else n
    centers = up(4 * d * lists, shared)  # bytes: a product reads them once for all that share it
    stays = slow = 0
    wait = BALANCE
    if key == "brute":
        row, more, rows = 4 * d + 4, 0, n
        flops, read = PRODUCT * d * n, up(row * n, shared)
        if disk:
            stays, slow = 4 * d * n, up(4 * d * n, batch)
    elif key == "tree":
        row, more = 8 * d + 8, NODE * nodes_of(n)
        rows = min(n, TREE_ROWS[e - 1]) if e <= len(TREE_ROWS) else n
        flops, read, wait = DIRECT * d * rows, row * rows, BALANCE * JUMP
    elif key == "ivf":
        row, more, rows = 4 * d + ID, 4 * d * lists, lists + scanned
        flops, read = PRODUCT * d * lists + DIRECT * d * scanned, centers + 4 * d * scanned
    elif key == "pq":
        code = code_of(d)
        row, more, rows = code + ID, 4 * d * (lists + CENTROIDS), lists + scanned + RERANKED
        # The query's distance to every centroid of every part, once; then a sum of these a row.
        table = DIRECT * d * CENTROIDS
        flops = PRODUCT * d * lists + table + code * scanned + DIRECT * d * RERANKED
        read = centers + code * scanned
        stays, slow = 4 * d * n, RERANKED * max(4 * d, PAGE)
    else:
        row = 4 * d + 8 * LINKS + NODE_OF_GRAPH
        more = math.floor(4 * n * LINKS / (LINKS - 1))  # M + M/M + … links above, on average
        walk = guess(VISITS, e, recall, spread) * (n.bit_length() - 1) if recall < 1 else 0
        rows = min(n, up(walk, DOUBLINGS)) or n
        # About half of 2M links lead to rows not seen before: 8 bytes of links a row.
        flops, read, wait = DIRECT * d * rows, (4 * d + 8) * rows, BALANCE * JUMP
    work = max(flops, wait * read, BALANCE * DISK * slow)
    return {
        "bytes": n * row + more,
        "row": row,
        "more": more,
        "disk": stays,
        "machines": 1,
        "rows": rows,
        "flops": flops,
        "read": read,
        "work": work,
    }


def code_of(d: int) -> int:
    """Return the bytes of a product code."""
    return min(up(d, CODE), LONGEST_CODE)


def split(key: str, n: int, room: float, **rest: Any) -> dict[str, int]:
    """Return bytes and work of as few machines, two at least, as can hold `key` in parts."""
    machines = max(2, up(measure(key, n, **rest)["bytes"], room))
    while (part := measure(key, up(n, machines), **rest))["bytes"] > room:
        machines += 1  # each part brings centroids of its own
    return part | {
        "machines": machines,
        "disk": part["disk"] * machines,
        "rows": part["rows"] * machines,
    }


def advise(
    n: int,
    d: int,
    memory: float,
    recall: float = 0.95,
    updates: str = "rare",
    batch: int = 1000,
    intrinsic: int = 0,
    spread: str = "clusters",
) -> list[Advice]:
    """Return what the rules say of every candidate, in the order in which they are simple.

    The best is, of what works in the memory of one machine with the rows themselves, that with
    the least work; if there is none, the codes of IVF-PQ; if these do not work either, brute force
    with its rows on disk, unless machines together save five-fold.

    Parameters
    ----------
    n, d : int
        Rows (10³ to 10⁹) and features (2 to 1536), float32.
    memory : float
        Of one machine, in GB of 10⁹ bytes.
    recall : float
        The share of queries that must get their nearest row: 0.9, 0.95 or 0.99; 1 demands a
        guarantee.
    updates : str
        "rare": the index can be built anew; "steady": inserts and deletes.
    batch : int
        Queries that come at once, 1 to 100,000.
    intrinsic : int
        Dimensions in which the rows really spread, within a cloud; 0 stands for d.
    spread : str
        "clusters": in many clouds, each on a subspace of its own; "even": in one.

    Returns
    -------
    list of Advice
        One for each of `NAMES`, in that order; the verdict of exactly one is "best".

    Raises
    ------
    ValueError
        Naming the argument that is out of range.

    References
    ----------
    J. H. Friedman, J. L. Bentley and R. A. Finkel, "An algorithm for finding best matches in
    logarithmic expected time", ACM Transactions on Mathematical Software 3(3), 209–226, 1977.
    H. Jégou, M. Douze and C. Schmid, "Product quantization for nearest neighbor search", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 33(1), 117–128, 2011.
    Y. A. Malkov and D. A. Yashunin, "Efficient and robust approximate nearest neighbor search
    using hierarchical navigable small world graphs", IEEE Transactions on Pattern Analysis and
    Machine Intelligence 42(4), 824–836, 2020 (online 2018).
    The faiss wiki, "Guidelines to choose an index" and "Faiss indexes".
    """
    settings = {
        "n": n,
        "d": d,
        "intrinsic": intrinsic,
        "memory": memory,
        "batch": batch,
        "recall": recall,
        "updates": updates,
        "spread": spread,
    }
    for name, value in settings.items():
        if problem := refusal(name, value):
            raise ValueError(problem)
    n, d, intrinsic, batch = int(n), int(d), int(intrinsic), int(batch)  # 1e7 is a number of rows
    room = memory * 1e9
    e = min(intrinsic or d, d)
    probes = min(guess(PROBES, e, recall, spread), lists_of(n)) if recall < 1 else lists_of(n)
    state: dict[str, Any] = {"d": d, "e": e, "batch": batch, "recall": recall, "spread": spread}
    in_memory = measure("brute", n, disk=False, **state)["bytes"] <= room
    inner = "brute" if recall == 1 else "pq"
    facts = {key: measure(key, n, disk=not in_memory, **state) for key in NAMES if key != "shards"}
    facts["shards"] = split(inner, n, room, disk=False, **state)
    all_rows = facts["brute"]["work"]

    def outcome(key: str) -> str:
        """Name the sentence that says how a candidate fares."""
        fact = facts[key]
        if key == "brute":
            return "brute works" if in_memory else "brute disk"
        if recall == 1 and key != "tree":
            return f"{key} exact"
        if updates == "steady" and key in ("tree", "hnsw"):
            return f"{key} updates"
        if key == "hnsw" and not guess(VISITS, e, recall, spread):
            return "hnsw misses"
        if key in ("ivf", "pq") and n < TRAINING * lists_of(n):
            return f"{key} train"
        if fact["bytes"] > room:
            return "fit"
        if fact["work"] * WORTH > all_rows:
            return "gain"
        return f"{key} works"

    outcomes = {key: outcome(key) for key in NAMES if key != "shards"}
    working = [key for key in facts if outcomes.get(key) == f"{key} works"]
    whole = [key for key in working if key != "pq"]
    if whole:
        best = min(whole, key=lambda key: facts[key]["work"])
    elif working:
        best = "pq"
    elif facts["shards"]["work"] * WORTH <= all_rows:
        best = "shards"
    else:
        best = "brute"
    outcomes["shards"] = "shards needless" if working else f"shards {inner}"

    def said(key: str) -> str:
        fact = facts[key]
        return WORDS[outcomes[key]].format(
            **{name: amount(fact[name]) for name in ("rows", "machines")},
            **{name: size(fact[name]) for name in ("bytes", "disk")},
            memory=size(room),
            shared=queries(min(batch, SHARED)),
            batch=queries(batch),
            e=e,
            probes=amount(probes),
            lists=amount(lists_of(n)),
            training=TRAINING,
            code=code_of(d),
            reranked=RERANKED,
            share=amount(100 * fact["work"] / all_rows),
        )

    useful = {*working, "brute", *(() if working else ("shards",))}
    return [
        Advice(
            key=key,
            name=NAMES[key],
            **facts[key],
            fits=facts[key]["bytes"] <= room,
            verdict="best" if key == best else "works" if key in useful else "no",
            reason=said(key),
        )
        for key in NAMES
    ]


def amount(x: float) -> str:
    """Return a count with three digits: 790, 12,600, 5.21 million."""
    if x >= 1e6:
        return scaled(x, (" million", " billion", " trillion"), 1e6)
    step = 1
    while x / step >= 1000:
        step *= 10
    return f"{math.floor(x / step + 0.5) * step:,}"


def size(x: float) -> str:
    """Return bytes with three digits, in units of a thousand: 5.21 GB."""
    return f"{math.floor(x)} bytes" if x < 1000 else scaled(x, (" kB", " MB", " GB", " TB"), 1e3)


def queries(count: int) -> str:
    """Return what may follow "every": query, 512 queries."""
    return "query" if count == 1 else f"{amount(count)} queries"


def scaled(x: float, units: tuple[str, ...], unit: float) -> str:
    """Return x / unit with the largest of the units that leaves a number of one or more."""
    which = 0
    while x / unit >= 1000 and which + 1 < len(units):
        unit *= 1000
        which += 1
    value = x / unit
    # Not formatted with three digits at once: Python and the page round halves differently there.
    tenths = 1 if value >= 100 else 10 if value >= 10 else 100
    return f"{math.floor(value * tenths + 0.5) / tenths:g}{units[which]}"


CHOICES: dict[str, tuple[Any, ...]] = {"recall": RECALLS, "updates": UPDATES, "spread": SPREADS}


def refusal(name: str, value: Any) -> str:
    """Return why `value` cannot be the setting `name`; nothing if it can."""
    if name in CHOICES:
        allowed = CHOICES[name]
        return "" if value in allowed else f"{name} must be one of {allowed}; got {value!r}"
    low, high = LIMITS[name]
    if name != "memory" and math.isfinite(value) and value != int(value):
        return f"{name} must be a whole number; got {value:,}"
    if not (math.isfinite(value) and low <= value <= high):
        return f"{name} must be from {low:,} to {high:,}; got {value:,}"
    return ""
