"""Python in the page: the bytes, how they are packed, and the code pad that a reader types into.

``obtain`` gets Pyodide and its NumPy from wherever they are had and trusts their sums only,
``packs`` makes of them what a page loads, ``script`` joins the page's JavaScript, and ``pads``
puts a pad on every page of a drill.
"""
