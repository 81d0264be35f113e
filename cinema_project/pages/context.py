"""What every page shows."""

from django.conf import settings
from django.http import HttpRequest

from cinema_project.pages.preferences import chosen_theme


def site(request: HttpRequest) -> dict[str, str]:
    return {"site_name": settings.SITE_NAME, "theme": chosen_theme(request)}
