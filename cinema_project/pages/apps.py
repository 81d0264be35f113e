from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Pages that draw on several apps; has templates' helpers, no models."""

    name = "cinema_project.pages"
    label = "pages"
