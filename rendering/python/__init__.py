"""Python in the page, so far its bytes: ``obtain`` gets Pyodide and NumPy wherever they are had.

Only their sums are trusted; ``bytes.json`` holds them, with the version and the licenses.
"""
