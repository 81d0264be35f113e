from django.urls import path

from scraping.api.views import market, runs

urlpatterns = [
    path("market/movies", market.Movies.as_view()),
    path("market/theatres", market.Theatres.as_view()),
    path("market/showtimes", market.Showtimes.as_view()),
    path("market/showtimes/<id:market_showtime_id>/occupancy", market.Occupancy.as_view()),
    path("market/fill", market.HowFull.as_view()),
    path("market/runs", runs.Runs.as_view()),
    path("market/runs/<id:run_id>", runs.OneRun.as_view()),
]
