"""Every address. The hot paths stand first: Django tries one after the other."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.views import entrance, staff
from cinema_project import error_pages, health, media, people, screenings, showings

urlpatterns = [
    path("api/v1/", include("booking.api.urls")),
    path("api/v1/users/me", people.Me.as_view()),
    path("api/v1/users/me/export", people.Export.as_view()),
    path("api/v1/", include("cinema_project.film_urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/screenings/<int:screening_id>", screenings.OneScreening.as_view()),
    path("api/v1/admin/showings", showings.Showings.as_view()),
    path("api/v1/admin/showings/<int:showing_id>", showings.OneShowing.as_view()),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("scraping.api.urls")),
    path("api/v1/", include("scraping.api.job_urls")),
    path("ws/", include("booking.socket_urls")),
    path("", include("accounts.api.gateway_urls")),
    path("", include("catalog.api.event_urls")),
    path("", include("scraping.api.event_urls")),
    path("", include("cinema_project.pages.urls")),
    path("", include("booking.urls")),
    path("account/close/", people.CloseAccount.as_view(), name="close_account"),
    path("account/export/", people.export, name="export_account"),
    path("account/", include("accounts.urls")),
    path("", include("cinema_project.docs_urls")),
    # The admin's own doors would skip rules of ours: the count of wrong guesses, the end of every sign-in.
    path("admin/login/", staff.sign_in),
    path("admin/logout/", entrance.sign_out),
    path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:account")),
    path("admin/market/", include("scraping.urls")),
    path("admin/", admin.site.urls),
    path("health", health.alive),
    path("health/ready", health.ready),
    *[path(f"{service}/health", health.alive, {"service": service}) for service in health.SERVICES if service],
    path("media/<path:path>", media.stored_file),
    re_path(r"^(?:api|ws|auth|me|catalog|scraper|scraperCatalog)(?:/|$)", error_pages.nothing_here),
    # Addresses without their last slash go on to get one; the rest is a page that says what to do.
    re_path(r"^.*(?:/$|\.)", error_pages.nothing_here),
]
handler403 = "cinema_project.error_pages.forbidden"
handler404 = "cinema_project.error_pages.not_found"
handler500 = "cinema_project.error_pages.server_error"
