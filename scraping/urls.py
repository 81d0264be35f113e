"""The market's pages in the admin; its menu and sign-in are theirs, too."""

from django.urls import path
from django.views.generic import RedirectView

from scraping.views import market

app_name = "market"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="market:showtimes", query_string=True)),
    path("showtimes/", market.showtimes, name="showtimes"),
    path("showtimes/<id:showtime_id>/", market.showing, name="showing"),
    path("fill/", market.fill, name="fill"),
]
