"""A stand-in for NumPy's wrapper of Fortran: SciPy imports all that NumPy names, and calls none."""
