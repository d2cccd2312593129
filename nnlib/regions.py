"""Murphy's perceptrons small enough to watch: half-planes, ANDs, ORs, then pruning.

The units are those of `nnlib.threshold.PerceptronNet`, for rows of two whole numbers, so that
nothing rounds. First every unit answers one query, layer by layer; then each AND, one after the
other, tries to do without each of its inputs, the farthest first. In the plane a condition that
follows from others follows from two of them (Carathéodory), and so all pairs are tried:

    D g_face = L₁ g₁ + L₂ g₂ + δ,   D > 0, L ≥ 0, δ ≥ 0, all whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nnlib.threshold import PerceptronNet
from nnlib.watched import whole_point, whole_rows


class Face(NamedTuple):
    """A condition a·x + b·y + c ≥ 0 of an AND, or > 0 if it is strict, and its half-plane."""

    plane: int
    a: int
    b: int
    c: int
    strict: bool


@dataclass(frozen=True)
class Step:
    """One step: a unit answers, or an AND tries to do without an input.

    Attributes
    ----------
    kind : {"plane", "and", "or", "cut", "keep"}
        A unit of layer 1, 2 or 3 answers; an input of an AND goes, or stays.
    unit : int
        The unit; of "cut" and "keep" the half-plane.
    cell : int
        The AND of "cut" and "keep", else −1.
    sum : int
        The unit's sum; it fires from zero on. Of "cut" and "keep" 0.
    fires : bool
        Whether the unit fires; of "cut" and "keep" False.
    proof : tuple of int
        The half-planes from which that of "cut" follows, none if it is a constant.
    """

    kind: str
    unit: int
    cell: int
    sum: int
    fires: bool
    proof: tuple[int, ...]


def net_of(X_train: ArrayLike, y_train: ArrayLike) -> PerceptronNet:
    """Return the perceptron over these rows of two whole numbers.

    Raises
    ------
    ValueError
        Naming the argument, for input that `PerceptronNet.from_data` would refuse, and for rows
        that are not two whole numbers within ±1000.
    """
    rows = whole_rows("X_train", X_train)
    if len(rows[0]) != 2:
        raise ValueError(f"X_train must be rows of 2 numbers; got {len(rows[0])}")
    return PerceptronNet.from_data(X_train, y_train)


def faces_of(net: PerceptronNet, cell: int) -> list[Face]:
    """Return the conditions of one AND, in the order of its inputs."""
    faces = []
    for link in np.flatnonzero(net.cell == cell).tolist():
        plane, sign = int(net.plane[link]), int(net.sign[link])
        a, b = (sign * int(v) for v in net.W1[plane])
        faces.append(Face(plane, a, b, sign * int(net.b1[plane]), sign < 0))
    return faces


def proof_of(face: Face, others: Sequence[Face]) -> tuple[int, ...] | None:
    """Return the half-planes, at most two, from which a condition is proved to follow, or None."""
    if not (face.a or face.b):
        return () if face.c > 0 or (face.c == 0 and not face.strict) else None
    for one in others:
        across = face.a * one.b - face.b * one.a
        along = face.a * one.a + face.b * one.b
        if across == 0 and along > 0:
            left = (one.a**2 + one.b**2) * face.c - along * one.c
            if left > 0 or (left == 0 and (one.strict or not face.strict)):
                return (one.plane,)
    for one, two in combinations(others, 2):
        across = one.a * two.b - one.b * two.a
        sign = 1 if across > 0 else -1
        first = sign * (face.a * two.b - face.b * two.a)
        second = sign * (one.a * face.b - one.b * face.a)
        if across == 0 or first <= 0 or second <= 0:
            continue
        left = abs(across) * face.c - first * one.c - second * two.c
        if left > 0 or (left == 0 and (one.strict or two.strict or not face.strict)):
            return one.plane, two.plane
    return None


def prune(faces: list[Face], center: Sequence[int], cell: int, steps: list[Step]) -> None:
    """Append, for each condition of an AND, whether it goes or stays."""
    never = [face for face in faces if not (face.a or face.b or face.c) and face.strict]
    if never:  # an earlier row in the same place: that alone silences the AND
        for face in faces:
            kind = "keep" if face is never[0] else "cut"
            why = () if face is never[0] else (never[0].plane,)
            steps.append(Step(kind, face.plane, cell, 0, False, why))
        return
    alive = list(faces)
    x, y = center
    for face in sorted(faces, key=lambda face: -(face.a * x + face.b * y + face.c)):
        others = [one for one in alive if one is not face and (one.a or one.b)]
        proof = proof_of(face, others)
        if proof is not None:
            alive.remove(face)
        kind = "keep" if proof is None else "cut"
        steps.append(Step(kind, face.plane, cell, 0, False, proof or ()))


def trace(X_train: ArrayLike, y_train: ArrayLike, x: ArrayLike) -> list[Step]:
    """Return the steps: what each unit answers to the query `x` (2,), then the pruning.

    Raises
    ------
    ValueError
        As `net_of`, and for a query that is not two whole numbers within ±1000.
    """
    net = net_of(X_train, y_train)
    query = np.array(whole_point("x", x, 2))
    steps: list[Step] = []
    sums = (query @ net.W1.T + net.b1).astype(int).tolist()
    steps += [Step("plane", p, -1, s, s >= 0, ()) for p, s in enumerate(sums)]
    ands = net.and_sums([query])[0].tolist()
    steps += [Step("and", i, -1, s, s >= 0, ()) for i, s in enumerate(ands)]
    ors = [sum(s >= 0 for s, c in zip(ands, net.codes, strict=True) if c == code) - 1
           for code in range(len(net.classes))]  # fmt: skip
    steps += [Step("or", c, -1, s, s >= 0, ()) for c, s in enumerate(ors)]
    for cell, center in enumerate(net.templates.astype(int).tolist()):
        prune(faces_of(net, cell), center, cell, steps)
    return steps
