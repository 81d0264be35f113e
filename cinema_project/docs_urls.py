from django.urls import path

from cinema_project import docs_views

app_name = "docs"
urlpatterns = [
    path("openapi.json", docs_views.openapi, name="openapi"),
    path("docs", docs_views.swagger, name="swagger"),
    path("docs/", docs_views.swagger),
    path("redoc", docs_views.redoc, name="redoc"),
    path("redoc/", docs_views.redoc),
    path("redoc/redoc.js", docs_views.redoc_script, name="redoc_script"),
    path("docs/errors", docs_views.errors, name="errors"),
]
