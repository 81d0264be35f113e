"""Every address. The hot paths stand first: Django tries one after the other."""

from django.contrib import admin
from django.urls import include, path

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
    path("api/", exception_handler.not_found, {"exception": None}),
]
