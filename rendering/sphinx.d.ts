// What Sphinx's own scripts put beside ours on a page, for the check of types (commands/javascript.py).
declare const SphinxHighlight: { hideSearchWords(): void };
