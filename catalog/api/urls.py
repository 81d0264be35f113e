"""Paths below ``/api/v1``. What draws on booking as well is cinema_project's: see film_urls.py and urls.py there."""

from django.urls import path

from catalog.api.views import casts, cinemas, favourites, movies, screenings, showings, tmdb

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
    path("movies/coming-soon", movies.ComingSoon.as_view()),
    path("movies/search", movies.SearchMovies.as_view()),
    path("movies/filter", movies.FilterMovies.as_view()),
    path("movies/advanced-search", movies.SearchMoviesByField.as_view()),
    path("movies/<int:movie_id>", movies.OneMovie.as_view()),
    path("movies/<int:movie_id>/cast", movies.Cast.as_view()),
    path("movies/<int:movie_id>/showtimes", screenings.ShowtimesOfMovie.as_view()),
    path("cinemas/favorites", favourites.FavouriteCinemas.as_view()),
    path("cinemas/<id:cinema_id>/favorite", favourites.FavouriteCinema.as_view()),
    path("cinemas/<id:cinema_id>/favorite/check", favourites.IsFavouriteCinema.as_view()),
    path("movies/favorites", favourites.FavouriteMovies.as_view()),
    path("movies/<id:movie_id>/favorite", favourites.FavouriteMovie.as_view()),
    path("movies/<id:movie_id>/favorite/check", favourites.IsFavouriteMovie.as_view()),
    path("casts", casts.Casts.as_view()),
    path("casts/<id:cast_id>", casts.OneCastMember.as_view()),
    path("casts/movie/<id:movie_id>", casts.CastOfMovie.as_view()),
    path("tmdb/now_playing", tmdb.NowPlaying.as_view()),
    path("tmdb/upcoming", tmdb.UpcomingFilms.as_view()),
    path("tmdb/popular", tmdb.PopularFilms.as_view()),
    path("tmdb/top_rated", tmdb.TopRatedFilms.as_view()),
    path("tmdb/search", tmdb.SearchTmdb.as_view()),
    path("tmdb/movies/<int:tmdb_id>", tmdb.TmdbFilm.as_view()),
    path("admin/tmdb/import/<int:tmdb_id>", tmdb.ImportFromTmdb.as_view()),
    path("screenings", screenings.Screenings.as_view()),
    path("showings", showings.Showings.as_view()),
    path("showings/now-playing", showings.NowPlaying.as_view()),
    path("showings/<int:showing_id>", showings.OneShowing.as_view()),
    path("showtimes", screenings.Showtimes.as_view()),
    path("showtimes/<int:showtime_id>", screenings.OneShowtime.as_view()),
]
