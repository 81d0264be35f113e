"""What every service asks of a row before it is written: valid fields and a free slug."""

import secrets
from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model
from django.utils.text import slugify

from catalog.models import Cinema, Movie
from cinema_project.common.errors import invalid_fields
from cinema_project.common.public_urls import UrlRefused, check_public_url

ATTEMPTS = 3


def check_fields(row: Model, *, but: Collection[str] = ()) -> None:
    """Hold each field, ``but`` some, against its own rules: length, range, choices, addresses that are public.

    :raises Invalid: with a pointer for each wrong field
    """
    relations = {field.name for field in row._meta.fields if field.is_relation}
    try:
        row.clean_fields(exclude={*relations, "slug", *but})
    except ValidationError as wrong:
        raise invalid_fields(pointers(wrong)) from wrong
    if refused := [*_too_large(row), *_not_public(row, but)]:
        raise invalid_fields(refused)


def pointers(wrong: ValidationError) -> list[dict[str, str]]:
    """Return Django's messages as ``{"pointer", "detail"}``."""
    return [
        {"pointer": f"/{field}", "detail": sentence}
        for field, sentences in wrong.message_dict.items()
        for sentence in sentences
    ]


def _too_large(row: Model) -> Iterator[dict[str, str]]:
    """Yield the numbers that PostgreSQL could not keep: SQLite knows no such limits, and the answer is the same."""
    for field in row._meta.fields:
        limits = BaseDatabaseOperations.integer_field_ranges.get(field.get_internal_type())
        value = getattr(row, field.attname)
        if limits and isinstance(value, int) and value > limits[1]:
            yield {"pointer": f"/{field.name}", "detail": f"Ensure this value is less than or equal to {limits[1]}."}


def _not_public(row: Model, but: Collection[str]) -> Iterator[dict[str, str]]:
    """Yield the addresses that visitors should not be sent to."""
    for field in row._meta.fields:
        url = getattr(row, field.attname)
        if url and field.name.endswith("_url") and field.name not in but:
            try:
                check_public_url(url)
            except UrlRefused as refused:
                yield {"pointer": f"/{field.name}", "detail": refused.detail}


def free_slug(row: Cinema | Movie, words: str, taken: set[str] | None = None) -> str:
    """Return the words as a slug no other row of the table has.

    :param taken: slugs to stay away from, when the caller has read them all
    """
    base = slugify(words)[:240] or row._meta.model_name or "row"
    if taken is None:
        others = type(row)._default_manager.filter(slug__startswith=base).exclude(pk=row.pk)
        taken = set(others.values_list("slug", flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def save_with_slug(row: Cinema | Movie, words: str) -> None:
    """Save a new row under a slug of its own, also when two of that name are made at once."""
    for attempt in range(1, ATTEMPTS + 1):
        row.slug = free_slug(row, words)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
            words = f"{words} {secrets.token_hex(3)}"  # many are counting up at once
