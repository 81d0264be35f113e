"""Paths below ``/api/v1``. A screening's free seats are booking's to tell; the rest of it is cinema_project's."""

from django.urls import path

from catalog.api.views import cinemas, movies, screenings, showings

app_name = "catalog_api"
urlpatterns = [
    path("cinemas", cinemas.Cinemas.as_view()),
    path("cinemas/search", cinemas.SearchCinemas.as_view()),
    path("cinemas/<int:cinema_id>", cinemas.OneCinema.as_view()),
    path("cinemas/<int:cinema_id>/amenities", cinemas.Amenities.as_view()),
    path("cinemas/<int:cinema_id>/rooms", cinemas.Rooms.as_view()),
    path("cinemas/<int:cinema_id>/movies", movies.MoviesOfCinema.as_view()),
    path("cinemas/<int:cinema_id>/movies/<int:movie_id>/showtimes", screenings.ShowtimesOfMovieInCinema.as_view()),
    path("cinemas/<int:cinema_id>/showtimes", screenings.ShowtimesOfCinema.as_view()),
    path("rooms/<int:room_id>", cinemas.OneRoom.as_view()),
    path("rooms/<int:room_id>/seats", cinemas.Seats.as_view()),
    path("rooms/<int:room_id>/seats/bulk", cinemas.SeatsInBulk.as_view()),
    path("movies", movies.Movies.as_view()),
    path("movies/coming-soon", movies.ComingSoon.as_view()),
    path("movies/search", movies.SearchMovies.as_view()),
    path("movies/<int:movie_id>", movies.OneMovie.as_view()),
    path("movies/<int:movie_id>/cast", movies.Cast.as_view()),
    path("movies/<int:movie_id>/showtimes", screenings.ShowtimesOfMovie.as_view()),
    path("screenings", screenings.Screenings.as_view()),
    path("showings", showings.Showings.as_view()),
    path("showings/now-playing", showings.NowPlaying.as_view()),
    path("showings/<int:showing_id>", showings.OneShowing.as_view()),
    path("showtimes", screenings.Showtimes.as_view()),
    path("showtimes/<int:showtime_id>", screenings.OneShowtime.as_view()),
]
