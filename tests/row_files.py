"""Rows in a file that gives slices only: a reader of our own, and HDF5 where h5py can be had.

h5py has no wheel for Python 3.15 yet. There the reader stands for it: like an `h5py.Dataset` it
has shape, dtype and slices, holds an open file, and therefore cannot be pickled. Elsewhere every
test runs on both.
"""

import io
import sys

import numpy as np


class RowFile:
    """The rows of a raw file, read a slice at a time."""

    def __init__(self, path, shape, dtype):
        self.file, self.shape, self.dtype = path.open("rb"), shape, np.dtype(dtype)

    def __getitem__(self, part):
        start, stop, step = part.indices(self.shape[0])
        assert step == 1
        width = self.shape[1] * self.dtype.itemsize
        self.file.seek(start * width)
        rows = np.empty((max(stop - start, 0), self.shape[1]), self.dtype)
        self.file.readinto(rows.view(np.uint8) if rows.size else rows)
        return rows

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)


def row_file(folder, rows, **_layout):
    """Return the rows as a file that our own reader reads."""
    path = folder / "rows.raw"
    rows.tofile(path)
    return RowFile(path, rows.shape, rows.dtype)


class Reader:
    """Rows that can only be read by slices, and a record of what was read."""

    def __init__(self, rows):
        self._rows = np.asarray(rows)
        self.shape, self.dtype = self._rows.shape, self._rows.dtype
        self.read = []

    def __getitem__(self, part):
        assert isinstance(part, slice)
        assert part.step is None
        self.read.append((part.start, part.stop))
        return self._rows[part].copy()

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("read as a whole")


class NullDataset:
    """What a dataset without any data is like: it has a dtype and no shape."""

    shape, dtype, size = None, np.dtype("f8"), None

    def __array__(self, dtype=None, copy=None):
        raise TypeError("there is nothing to read")


FILES = [row_file]
NULL = {"our own": NullDataset}
REOPEN = {row_file: lambda folder, rows: RowFile(folder / "rows.raw", rows.shape, rows.dtype)}

if sys.version_info < (3, 15):
    import h5py

    def hdf5(folder, rows, **layout):
        """Return the rows as a dataset of an HDF5 file."""
        return h5py.File(folder / "rows.h5", "w").create_dataset("rows", data=rows, **layout)

    def null():
        """Return a dataset of an HDF5 file, in memory, that has no data."""
        file = h5py.File(io.BytesIO(), "w")
        return file.create_dataset("null", data=h5py.Empty("f8"))

    NULL["hdf5"] = null
    FILES.append(hdf5)
    REOPEN[hdf5] = lambda folder, rows: h5py.File(folder / "rows.h5")["rows"]
