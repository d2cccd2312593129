"""A structured array sorted by its fields, wrapped in a dataclass."""
VERDICT = "passes"

from dataclasses import dataclass

import numpy as np


@dataclass
class Answer:
    d2: np.ndarray
    index: np.ndarray

    def records(self):
        r = np.empty(self.d2.shape, dtype=[("d2", "f8"), ("index", "i8")])
        r["d2"], r["index"] = self.d2, self.index
        return r


def merge_shards(a, b):
    both = np.concatenate([Answer(*a).records(), Answer(*b).records()], axis=1)
    both = np.sort(both, axis=1, order=["d2", "index"])[:, : a[0].shape[1]]
    return both["d2"].copy(), both["index"].astype(np.intp)
