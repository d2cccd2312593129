"""What is done to the pages once all are written: each is mended, then asks for what all share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rendering.heights import with_heights
from rendering.offline import write_offline
from rendering.pages import were_written
from rendering.policy import with_policy
from rendering.redirects import write_first_page, write_redirects
from rendering.repairs import with_names, with_repaired_head, with_text_first, without_wrong
from rendering.scripts import OPTIONS, join_scripts, scripts_of, with_late_scripts, with_script
from rendering.styles import SHEET, asked_for, join, vocabulary, with_sheet
from rendering.weight import cut_font, lighten_static, lighter, with_palette

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def remove_former(app: Sphinx) -> None:
    """Remove the pages of an earlier build that are none of the book any more.

    Those that lead on are written anew.
    """
    domains = app.env.domains.values()
    indices = [f"{domain.name}-{index.name}" for domain in domains for index in domain.indices]
    names = {*app.env.found_docs, "genindex", "search", *indices}
    folder = Path(app.outdir)
    for path in folder.rglob("*.html"):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name not in names and not name.startswith("_"):  # files that Sphinx copies
            path.unlink()


def finish_pages(app: Sphinx, error: Exception | None) -> None:
    """Mend all pages, take from them what none needs, lead old addresses on, and say what may run.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    error : Exception or None
        What ended the build early, if anything did.
    """
    if not were_written(app, error):
        return
    folder = Path(app.outdir)
    static = folder / "_static"
    options = (static / OPTIONS).read_text(encoding="utf-8")
    remove_former(app)
    sizes = {path.name: with_palette(path) for path in (folder / "_images").glob("*.png")}
    for path in folder.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        light = with_late_scripts(lighter(page, sizes, path.name == "search.html"), options)
        finished = with_text_first(with_names(without_wrong(with_repaired_head(light))))
        name = path.relative_to(folder).with_suffix("").as_posix()
        path.write_text(with_heights(finished, name), encoding="utf-8")
    lighten_static(static)
    titles = {name: node.astext() for name, node in app.env.titles.items()}
    write_redirects(folder, titles)
    write_first_page(folder, app.config.root_doc, titles[app.config.root_doc])
    script = join_scripts(static)
    pages = {
        path: with_script(path.read_text(encoding="utf-8"), script)
        for path in folder.rglob("*.html")
    }
    # Sphinx writes this page whenever it writes any, and it asks for none but what all ask for.
    sheets = asked_for(pages[folder / "search.html"])
    scripts = (path.read_text(encoding="utf-8") for path in scripts_of(static))
    address = join(static, sheets, vocabulary(pages.values(), scripts))
    cut_font(static, (static / SHEET).read_text(encoding="utf-8"))
    for path, page in pages.items():
        path.write_text(with_policy(with_sheet(page, sheets, address)), encoding="utf-8")
    write_offline(folder)
