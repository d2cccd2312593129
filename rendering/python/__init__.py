"""Python in the page: the bytes, how they are packed, and the editors that a reader types into.

``obtain`` gets Pyodide and its packages from wherever they are had and trusts their sums only.
``packs`` makes of them what a page loads: ``archives`` compresses and keeps it, ``node`` runs that
Python while the book is built, and ``core`` divides what every start needs from the rest.
``programs`` gives Pyodide's own programs, and ``script`` joins the page's JavaScript. ``pads``
puts a pad on every page of a drill, ``cells`` marks the cells of chapters, and ``needs`` says what
a cell needs and why a few cannot run.
"""
