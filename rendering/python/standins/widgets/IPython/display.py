"""What is shown otherwise than by its representation."""


class Markdown:
    """A text in Markdown; the page prints it as it stands."""

    def __init__(self, data: str) -> None:
        self.data = data

    def _repr_markdown_(self) -> str:
        return self.data
