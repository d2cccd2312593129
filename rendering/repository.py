"""Buttons that lead to the book's repository, on a page's header: edit, issue, open in Binder.

They are there once ``rendering_addresses`` in ``_config.yml`` names the repository. The theme makes
them; what is put right here is where the page of a drill comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from rendering.pages import Page

BRANCH = "main"
# Binder makes an environment by .binder/. Colab would have no nnlib to import.
BINDER = "https://mybinder.org"
USED = ("use_repository_button", "use_edit_page_button", "use_issues_button")
# The theme's mark of the host is one glyph of another font, of 118 kB.
ICON = "fas fa-code-branch"
# Made by `make book`, and in no repository: by the page, what it is made from.
MADE = {
    "chapters/practice/drills": "nnlib/practice/catalog/__init__.py",
    "chapters/practice/questions": "commands/cards_page.py",
}


def source(pagename: str) -> str:
    """Return the file that a generated page is made from; "" for one that an author wrote."""
    from nnlib.practice.catalog import NAMES

    name = pagename.rpartition("/")[2]
    return f"nnlib/practice/catalog/{name}.py" if name in NAMES else MADE.get(pagename, "")


def name_repository(app: Sphinx, config: Config) -> None:
    """Have the theme make its buttons, if there is a repository.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.
    config : sphinx.config.Config
        Its configuration, changed in place.
    """
    if address := config.rendering_addresses.get("repository"):
        config.html_theme_options.update(
            dict.fromkeys(USED, True),
            repository_url=address,
            repository_branch=BRANCH,
            launch_buttons={"notebook_interface": "jupyterlab", "binderhub_url": BINDER},
        )


def corrected(group: dict[str, Any], made_from: str) -> dict[str, Any] | None:
    """Return a group of buttons that leads to what there is in the repository, None for none."""
    if group.get("label") == "launch-buttons":
        return None if made_from else group
    if group.get("label") == "source-buttons":
        group["icon"] = ICON
        for button in group["buttons"]:
            if button["label"] == "source-repository-button":
                button["icon"] = ICON
            if button["label"] == "source-edit-button" and made_from:
                start, _, _ = button["url"].partition(f"/{BRANCH}/")
                button["url"] = f"{start}/{BRANCH}/{made_from}"
    return group


def correct_buttons(page: Page) -> None:
    """Correct the buttons that the theme has made for a page."""
    if page.app.config.rendering_addresses.get("repository"):
        groups = page.context.get("header_buttons", [])
        found = [corrected(group, source(page.name)) for group in groups]
        page.context["header_buttons"] = [group for group in found if group]
