"""Refuses addresses of the admin that no link leads to and that the database could not answer."""

from collections.abc import Callable, Iterator

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

LONGEST_NUMBER = 18  # digits: what a column of the database holds
YEARS = range(2, 9999)


class UsableQueries:
    """Answers 400 to NUL characters, numbers beyond 64 bits and years beyond the calendar."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and any(unusable(*given) for given in _given(request)):
            raise BadRequest("This address cannot be used.")
        return self.get_response(request)


def unusable(name: str, value: str) -> bool:
    """Tell whether a filter with this value would end in an error of the database or the calendar."""
    digits = value.strip().removeprefix("-")
    if "\0" in value or (digits.isdecimal() and len(digits) > LONGEST_NUMBER):
        return True
    return name.endswith("__year") and digits.isdecimal() and int(value) not in YEARS


def _given(request: HttpRequest) -> Iterator[tuple[str, str]]:
    yield "path", request.path_info
    for name, values in request.GET.lists():
        yield from ((name, value) for value in values)
    if request.method == "POST":
        yield from ((ACTION_CHECKBOX_NAME, value) for value in request.POST.getlist(ACTION_CHECKBOX_NAME))
