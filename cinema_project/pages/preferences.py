"""What a visitor chose. The browser remembers it, so that a visit writes no row; an account remembers more."""

from django.http import HttpRequest, HttpResponse

from accounts.models import User

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
CINEMA_COOKIE = "cinema"
YEAR = 365 * 24 * 3600


def chosen_theme(request: HttpRequest) -> str:
    """Return ``light``, ``dark``, or an empty string: as the system has it. What an account says goes first."""
    if isinstance(request.user, User) and request.user.dark_mode is not None:
        return "dark" if request.user.dark_mode else "light"
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def chosen_cinema(request: HttpRequest) -> str:
    """Return the slug asked for now, else the one of the last visit, else an empty string: every cinema."""
    return request.GET.get("cinema", request.COOKIES.get(CINEMA_COOKIE, ""))


def remember(response: HttpResponse, cookie: str, value: str) -> None:
    """Keep a choice for a year; an empty one is forgotten."""
    if value:
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(cookie, samesite="Lax")
