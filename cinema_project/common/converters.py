"""Path parameters."""


class IdConverter:
    """A row's number: what does not fit the database's integers names nothing, so it is not found."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
