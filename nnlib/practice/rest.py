"""The rest of a web page's Python: modules that come only when an answer or a cell imports one.

No start imports them, so they wait in a pack of their own. A finder that is asked after all others
knows their names. It has the page bring the pack, once, while whoever imports waits, and lay out
its files. Those of the standard library lie outside the archive that holds their packages, so the
finder says itself where each module is.
"""

import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import FileFinder, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

GZIP = 31  # what zlib calls that format
PIECE = 2**14  # bytes unpacked at a time: an answer whose memory is measured may import, too


def module_in(path: str) -> str:
    """Return the name of the module in a file of the library's folder, "" if it holds none."""
    stem, _, ending = path.removeprefix("site-packages/").partition(".")
    is_module = ending == "pyc" or ending.endswith(".so")
    return stem.replace("/", ".").removesuffix(".__init__") if is_module else ""


def unpack(source: str, target: str) -> str:
    """Unpack a file that is compressed by gzip; return why that cannot be done, "" if it can.

    The page's script asks. Where it is asked itself by an import, an error that went through it
    would be printed among what the reader's code prints.
    """
    inflater = zlib.decompressobj(GZIP)
    with Path(source).open("rb") as given, Path(target).open("wb") as made:
        try:
            while piece := given.read(PIECE):
                made.write(inflater.decompress(piece))
            made.write(inflater.flush())
        except zlib.error as error:
            return f"something else came: {error}"
    return "" if inflater.eof else "it broke off"


def look_anew() -> None:
    """Have Python find what was laid out after it looked into a folder.

    `importlib.invalidate_caches` imports `importlib.metadata` for that, which is in the rest.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            del sys.path_importer_cache[path]
        elif isinstance(finder, FileFinder):
            finder.invalidate_caches()


class Rest:
    """A finder of these modules.

    Parameters
    ----------
    files : iterable of str
        The files of the pack.
    folder : str
        Where they will lie.
    bring : callable
        Brings the pack and lays it out, if that has not happened yet.
    """

    def __init__(self, files: Iterable[str], folder: str, bring: Callable[[], object]) -> None:
        self.files = {name: f"{folder}/{path}" for path in files if (name := module_in(path))}
        self.bring = bring

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Return where a module is, None if it is none of the rest.

        Raises
        ------
        ImportError
            If the pack cannot be brought.
        OSError
            If that happens to a codec: Python takes an ImportError for one that does not exist, and
            asks for it no more.
        """
        file = self.files.get(name)
        if file is None:
            return None
        try:
            self.bring()
        except Exception as error:
            message = f"{name} could not be brought to this page ({error})"
            if name.startswith("encodings."):
                raise OSError(message) from error
            raise ImportError(message, name=name) from error
        folder, _, last = file.rpartition("/")
        inside = [folder] if last.startswith("__init__.") else None
        return spec_from_file_location(name, file, submodule_search_locations=inside)


def offer(files: Iterable[str], folder: str, bring: Callable[[], object]) -> None:
    """Have Python find the rest, as `Rest` does, where it has found nothing else."""
    sys.meta_path.append(Rest(files, folder, bring))
