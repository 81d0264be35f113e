"""Paths that read and write the events of the town."""

from django.urls import path

from catalog.api.views import events

urlpatterns = [
    path("catalog/events", events.CatalogueEvents.as_view()),
    path("catalog/events/nearest", events.NearestEvents.as_view()),
    path("catalog/events/search", events.SearchEvents.as_view()),
    path("scraperCatalog/upload", events.UploadOne.as_view()),
    path("scraperCatalog/upload/batch", events.UploadBatch.as_view()),
    path("scraperCatalog/events", events.StoredEvents.as_view()),
    path("scraperCatalog/inactive-events", events.InactiveEvents.as_view()),
]
