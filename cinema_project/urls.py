"""Every address. The hot paths stand first: Django tries one after the other."""

from django.contrib import admin
from django.urls import include, path, re_path

from cinema_project import health, media
from cinema_project.common import exception_handler

urlpatterns = [
    path("api/v1/", include("booking.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("ws/", include("booking.socket_urls")),
    path("", include("cinema_project.pages.urls")),
    path("", include("booking.urls")),
    path("account/", include("accounts.urls")),
    path("", include("cinema_project.docs_urls")),
    path("admin/", admin.site.urls),
    path("health", health.alive),
    path("health/ready", health.ready),
    *[path(f"{service}/health", health.alive, {"service": service}) for service in health.SERVICES if service],
    path("media/<path:path>", media.stored_file),
    re_path(r"^(api|ws)/", exception_handler.not_found),
]
handler404 = "cinema_project.error_pages.not_found"
handler500 = "cinema_project.error_pages.server_error"
