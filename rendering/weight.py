"""Weight that no page needs: the theme's icons and search, and colors of figures beyond 256.

The pydata theme draws its icons twice: by a script of half a megabyte and by a font of 1,900 of
them. The book uses some fifteen, so the script goes, and the font keeps these. It also loads the
search on every page, where it only keeps `sphinx_highlight.js` from ever marking what was searched.
Theme 0.17; what is not found any more can go from here.

Figures lose two thirds of their bytes to a palette. They come when they are scrolled near, and say
their size, so that nothing moves when they do.
"""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

from fontTools import subset
from PIL import Image

ICON_SCRIPT = re.compile(r"\s*<script[^>]*\bscripts/fontawesome\.js[^>]*></script>")
SEARCH_SCRIPTS = re.compile(
    r"\s*<script[^>]*\b(?:searchtools|language_data|searchindex)\.js[^>]*></script>"
)
# Most icons are letters that Unicode leaves to fonts, and some are any letter.
ICON = re.compile("[\ue000-\uf8ff]")
ICON_RULE = re.compile(r'\.fa-[a-z0-9-]+:+before\{content:"(.)"\}')
FONT_SOURCE = re.compile(r"src:url\([^)]*fa-solid-900\.woff2\)[^;}]*")
# After the woff2, which every browser reads that runs the widgets.
OTHER_FORMAT = re.compile(r",url\([^)]*\.ttf\)(?: format\([^)]*\))?")
FONTS = "vendor/fontawesome/webfonts"
FONT = "icons.woff"
WHOLE_FONT = f"{FONTS}/fa-solid-900.ttf"
FIGURE = re.compile(
    r'<img (?![^>]*\bloading=)([^>]*?\bsrc="([^"]*_images/[^"/]+\.png)"[^>]*?) ?/?>'
)
# The script of the icons and their fonts, templates that the theme forgets, maps to sources that no
# one has.
UNUSED = (
    "scripts/fontawesome.js*",
    f"{FONTS}/fa-solid-*.woff2",
    "*macros.html",
    "*/*.map",
)
STYLES = ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css")


def lighter(page: str, sizes: dict[str, tuple[int, int]], is_search: bool) -> str:
    """Return a page without the scripts that it does not need, its figures with their sizes.

    Parameters
    ----------
    page : str
    sizes : dict
        The width and height of each figure, by the name of its file.
    is_search : bool
        Whether it is the page that searches.
    """

    def sized(found: re.Match[str]) -> str:
        name = found[2].rpartition("/")[2]
        if name not in sizes or "width=" in found[1]:
            return found[0]
        width, height = sizes[name]
        return f'<img {found[1]} width="{width}" height="{height}" loading="lazy" />'

    page = FIGURE.sub(sized, ICON_SCRIPT.sub("", page))
    return page if is_search else SEARCH_SCRIPTS.sub("", page)


def lighten_static(static: Path) -> None:
    """Take out of the static files what no page loads; icons get the font that stays."""
    use_own_font(static)
    for pattern in UNUSED:
        for path in static.glob(pattern):
            path.unlink()
    shutil.rmtree(static / "locales", ignore_errors=True)


def with_palette(path: Path) -> tuple[int, int]:
    """Give a picture a palette, if that makes its file smaller; return its width and height."""
    with Image.open(path) as picture:
        size = picture.size
        if picture.mode == "P":
            return size
        fewer = picture.convert("RGBA").quantize(
            256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
    content = io.BytesIO()
    fewer.save(content, "PNG", optimize=True)
    if content.tell() < path.stat().st_size:
        path.write_bytes(content.getvalue())
    return size


def use_own_font(static: Path) -> None:
    """Have the theme's style sheets draw icons with the font that `cut_font` leaves."""
    for name in STYLES:
        sheet = static / name
        css = sheet.read_text(encoding="utf-8")
        css = FONT_SOURCE.sub(f'src:url(../{FONTS}/{FONT}) format("woff")', css)
        sheet.write_text(OTHER_FORMAT.sub("", css), encoding="utf-8")


def icons_of(css: str) -> set[int]:
    """Return the codes of the icons that the book's style sheet draws, in which none is escaped."""
    return {ord(one) for one in {*ICON_RULE.findall(css), *ICON.findall(css)}}


def cut_font(static: Path, css: str) -> None:
    """Leave in the theme's font the icons that the book's style sheet draws."""
    options = subset.Options(flavor="woff", layout_features=[], hinting=False)
    font = subset.load_font(static / WHOLE_FONT, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=icons_of(css))
    cutter.subset(font)
    subset.save_font(font, static / FONTS / FONT, options)
    for path in (static / FONTS).glob("*.ttf"):
        path.unlink()
