"""The market's pages in the admin; its menu and sign-in are theirs, too."""

from django.urls import path

from scraping.views import market

app_name = "market"
urlpatterns = [
    path("", market.showtimes, name="showtimes"),
    path("fill/", market.fill, name="fill"),
    path("showings/<id:showtime_id>/", market.showing, name="showing"),
]
