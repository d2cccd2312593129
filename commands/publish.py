"""The built book as a site: a folder and a zip file of it, which any static host takes.

It is the book without what only a double-click needs. What has to be absolute (where a page stands,
its picture where a link is shared, the sitemap) needs the book's address: that of ``_config.yml``,
or the one that is given here, ``make site ADDRESS=https://…/``.
"""

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "_build" / "html"
SITE = ROOT / "_build" / "site"
# GitHub Pages leaves out folders whose names begin with _, unless there is this file.
TAKEN_AS_IT_IS = ".nojekyll"
# Python's packs as scripts, for pages from file:// alone, and what Sphinx notes for itself.
FOR_FILES = re.compile(r"_static/python/[^/]+\.js|\.buildinfo")
UNLISTED = {"search.html", "genindex.html", "index.html"}
LED_TO = re.compile(r'<link rel="canonical" href="([^"]+)">')
TOLD = re.compile(r'<meta (?:name="description"|property="og:)[^>]*>')
PICTURE = re.compile(r'(<meta property="og:image" content=")([^"]+)')
ROBOTS = '<meta name="robots" content="noindex">'


def address_of_book(given: str = "") -> str:
    """Return the address that is given, or that of the configuration; "" if there is none.

    Raises
    ------
    SystemExit
        If it is not one of a folder on the web.
    """
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    address: str = given or config["sphinx"]["config"]["rendering_addresses"]["book"]
    parts = urlsplit(address)
    is_folder = parts.scheme in {"http", "https"} and parts.netloc and parts.path.endswith("/")
    if address and not is_folder:
        sys.exit(f"{address} is no address of a folder, such as https://example.org/book/")
    return address


def with_address(page: str, name: str, address: str) -> str:
    """Return a page that says where it stands, and where its picture is."""
    here = urljoin(address, name)
    own = f'<link rel="canonical" href="{escape(here)}">\n'
    own += f'<meta property="og:url" content="{escape(here)}">\n'
    page = PICTURE.sub(lambda found: found[1] + urljoin(here, found[2]), page)
    return page.replace("</head>", f"{own}</head>", 1)


def as_first(page: str, built: Path, address: str) -> str:
    """Return the page that leads to the first one, with what that one says where it is shared."""
    if not (found := LED_TO.search(page)):
        return page
    first = with_address((built / found[1]).read_text(encoding="utf-8"), found[1], address)
    return page.replace(found[0], "\n".join([found[0], *TOLD.findall(first)]), 1)


def sitemap(names: list[str], address: str) -> str:
    """Return the list of pages in the form of sitemaps.org."""
    places = "".join(f"<url><loc>{escape(urljoin(address, name))}</loc></url>\n" for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )


def zipped(folder: Path) -> Path:
    """Write the zip file of a folder beside it, the same for the same files; return its path."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
                name.external_attr = 0o644 << 16
                archive.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target


def make(built: Path, site: Path, address: str) -> Path:
    """Write the site of a built book into a folder; return the zip file beside it."""
    shutil.rmtree(site, ignore_errors=True)
    listed = []
    for path in sorted(built.rglob("*")):
        name = path.relative_to(built).as_posix()
        if path.is_dir() or FOR_FILES.fullmatch(name):
            continue
        target = site / name
        target.parent.mkdir(parents=True, exist_ok=True)
        page = path.read_text(encoding="utf-8") if path.suffix == ".html" else ""
        if page and address and name == "index.html":
            target.write_text(as_first(page, built, address), encoding="utf-8")
        elif page and address and ROBOTS not in page:
            target.write_text(with_address(page, name, address), encoding="utf-8")
        else:
            shutil.copy(path, target)
        if page and ROBOTS not in page and name not in UNLISTED:
            listed.append(name)
    (site / TAKEN_AS_IT_IS).touch()
    if address:
        (site / "sitemap.xml").write_text(sitemap(listed, address), encoding="utf-8")
    return zipped(site)


def main(given: str) -> None:
    """Make the site of the built book, and say where it is."""
    address = address_of_book(given)
    archive = make(BUILT, SITE, address)
    for path in (SITE, archive):
        print(f"{path.relative_to(ROOT)}{os.sep if path.is_dir() else ''}")
    print(f"{archive.stat().st_size / 1e6:.0f} MB, for {address or 'any address'}")
    if not address:
        print(
            "Without the book's address there is no sitemap.xml, and shared links show no picture:"
            " both name it. Write it into _config.yml (rendering_addresses), or give it here:"
            " make site ADDRESS=https://example.org/book/"
        )


if __name__ == "__main__":
    main("".join(sys.argv[1:2]))
