"""The pages everybody sees first: what is on, and one film."""

from datetime import date

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services.profiles import change_preferences
from accounts.services.searches import remember_search
from catalog.models import CastMember, Movie
from catalog.selectors.cinemas import visible_cinemas
from cinema_project.common import clock
from cinema_project.pages import preferences, programme
from scraping.selectors.clips import clips_of

FILMS_ON_A_PAGE = 36


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is on to browsers; tell programs who we are."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        response = _home_page(request)
    else:
        response = JsonResponse(
            {
                "message": f"Welcome to {settings.SITE_NAME}",
                "version": settings.SPECTACULAR_SETTINGS["VERSION"],
                "docs": "/docs",
                "status": "ok",
            }
        )
    patch_vary_headers(response, ["Accept"])
    return response


@require_safe
def movie(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one film and when it is shown, one day at a time."""
    film = get_object_or_404(Movie.objects.prefetch_related("cast_members"), slug=slug)
    now = clock.now()
    days = programme.showings_of(film, now=now)
    day = _day(request.GET.get("date", ""))
    if day not in days:
        day = next(iter(days), None)
    houses = programme.by_house(days[day], first=preferences.chosen_cinema(request), now=now) if day else []
    context = {"movie": film, "days": list(days), "day": day, "houses": houses, "section": "films"}
    return render(request, "catalog/movie.html", context | {"cast": _billing(film), "clips": clips_of(film.pk)})


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the colours that the visitor chose, and go back."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    wanted = request.POST.get("theme", "")
    response = redirect(target)
    preferences.remember(response, preferences.THEME_COOKIE, wanted if wanted in preferences.THEMES else "")
    if isinstance(request.user, User):
        change_preferences(user=request.user, dark_mode={"dark": True, "light": False}.get(wanted))
    return response


def _home_page(request: HttpRequest) -> HttpResponse:
    cinemas = list(visible_cinemas())
    slug = preferences.chosen_cinema(request)
    cinema = next((known for known in cinemas if known.slug == slug), None)
    tab = "coming-soon" if request.GET.get("tab") == "coming-soon" else "now-showing"
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    if search and isinstance(request.user, User):
        remember_search(user_id=request.user.pk, query=search, kind="movie")
    found = programme.films(tab=tab, search=search, cinema=cinema)
    page = Paginator(found, FILMS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "cinemas": cinemas,
        "cinema": cinema,
        "tab": tab,
        "search": search,
        "page": page,
        "cards": programme.cards(list(page), cinema),
        "section": "films",
    }
    response = render(request, "catalog/home.html", context)
    if "cinema" in request.GET:
        preferences.remember(response, preferences.CINEMA_COOKIE, cinema.slug if cinema else "")
    return response


def _billing(film: Movie) -> list[CastMember]:
    return sorted(film.cast_members.all(), key=lambda member: (not member.is_lead, member.order, member.pk))


def _day(text: str) -> date | None:
    """Read ``2026-11-21``; anything else is ``None``."""
    try:
        return parse_date(text)
    except ValueError:
        return None
