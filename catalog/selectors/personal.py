"""What the catalogue knows of one person, for them to take along."""

from typing import Any

from django.db.models import Model

from catalog.models import Favourite, Reaction, Review


def opinions_of(user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the person's reviews, reactions to reviews, and favourites, oldest first, as plain values."""
    said = ("rating", "title", "comment", "created_at", "updated_at")
    return {
        "reviews": _rows(Review, user_id, *said, film="movie__title"),
        "reactions": _rows(Reaction, user_id, "kind", "created_at", "review_id", film="review__movie__title"),
        "favourites": _rows(Favourite, user_id, "created_at", film="movie__title", cinema="cinema__name"),
    }


def _rows(model: type[Model], user_id: int, *fields: str, **renamed: str) -> list[dict[str, Any]]:
    rows = model._default_manager.filter(user_id=user_id).order_by("pk").values_list(*fields, *renamed.values())
    return [dict(zip((*fields, *renamed), row, strict=True)) for row in rows]
