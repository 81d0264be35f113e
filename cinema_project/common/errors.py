"""What a service may refuse. HTTP statuses are given in exception_handler.py, and only there."""

from collections.abc import Callable, Sequence
from typing import Any


class DomainError(Exception):
    """A refusal that a person can read.

    :param detail: one sentence for a person
    :param errors: ``{"pointer", "detail"}`` for each wrong field, RFC 6901 pointers
    :param retry_after: whole seconds after which a repeat makes sense
    :param extra: further members of the answer, such as ``conflicting_seat_ids``
    """

    code = "error"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[dict[str, str]] = (),
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.retry_after = retry_after
        self.extra = extra
        self.aftermath: Callable[[], None] | None = None
        """What must be written although the transaction that refused is rolled back; ``database.write`` sees to it."""


class Invalid(DomainError):
    code = "invalid"


def invalid_fields(errors: Sequence[dict[str, str]]) -> Invalid:
    """Refuse all these wrong fields, with the first of them in the sentence for a person."""
    if not errors:
        return Invalid("The request is not valid.")
    name, sentence = errors[0]["pointer"].strip("/").replace("/", " "), errors[0]["detail"]
    more = f" ({len(errors) - 1} more in errors.)" if len(errors) > 1 else ""
    return Invalid(f"{name}: {sentence}{more}" if name else f"{sentence}{more}", errors=errors)


class Unauthenticated(DomainError):
    code = "not_authenticated"


class NotAllowed(DomainError):
    code = "not_allowed"


class NotFound(DomainError):
    code = "not_found"


class Conflict(DomainError):
    code = "conflict"


class TooLarge(DomainError):
    code = "too_large"


class UnsupportedType(DomainError):
    code = "unsupported_media_type"


class Unprocessable(DomainError):
    code = "unprocessable"


class TooMany(DomainError):
    code = "too_many_requests"


class Upstream(DomainError):
    code = "upstream_failed"


class Unavailable(DomainError):
    code = "unavailable"


class Busy(Conflict):
    """Another transaction held the lock for longer than the limit."""

    code = "busy"


class IllegalTransition(Conflict):
    """The states have no such arrow (docs/decisions/0001)."""

    code = "illegal_transition"
