from django.urls import path

from cinema_project.pages import events, views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("movies/<slug:slug>/", views.movie, name="movie"),
    path("events/", events.events, name="events"),
    path("events/<uuid:uuid>/", events.event, name="event"),
    path("events.ics", events.calendar, name="events_calendar"),
    path("theme/", views.theme, name="theme"),
]
