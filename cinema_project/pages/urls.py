from django.urls import path

from cinema_project.pages import views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("movies/<slug:slug>/", views.movie, name="movie"),
    path("theme/", views.theme, name="theme"),
]
