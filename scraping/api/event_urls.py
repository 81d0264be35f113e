"""Paths that bring in events found elsewhere."""

from django.urls import path

from scraping.api import event_views

urlpatterns = [
    path("scraper/results", event_views.Results.as_view()),
    path("scraper/run", event_views.RunScrape.as_view()),
]
