"""Paths below ``/api/v1`` about films that need to know what was sold."""

from django.urls import path

from cinema_project import films, reviews

urlpatterns = [
    path("movies", films.Movies.as_view()),
    path("movies/trending", films.Trending.as_view()),
    path("movies/recommended", films.Recommended.as_view()),
    path("movies/<id:movie_id>/reviews", reviews.ReviewsOfMovie.as_view()),
    path("movies/<id:movie_id>/reviews/summary", reviews.SummaryOfMovie.as_view()),
    path("movies/reviews/<id:review_id>", reviews.OneReview.as_view()),
    path("movies/reviews/<id:review_id>/react", reviews.React.as_view()),
]
