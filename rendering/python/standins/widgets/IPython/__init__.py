"""A stand-in for IPython in a web page, where no IPython runs: what the chapters ask of it."""


def get_ipython() -> None:
    """Return None, as where no IPython runs."""
