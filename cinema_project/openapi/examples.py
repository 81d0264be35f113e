"""An example for every request and answer that has none yet, made from its schema and a table of typical values."""

from collections.abc import Iterator
from typing import Any

from cinema_project.openapi.plain_views import Document
from cinema_project.openapi.problems import operations
from cinema_project.openapi.reads import ON_REQUEST

DEEPEST = 6
MOMENT = "2026-11-21T18:30:00.000000Z"
TYPICAL: dict[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4ZDVhIn0.sig",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4ZDViIn0.sig",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI4ZDViIn0.sig",
    "token_type": "bearer",
    "expires_in": 900,
    "expires_in_minutes": 5,
    "email": "alice@cinema.test",
    "username": "alice@cinema.test",
    "password": "cinema-demo-2026",
    "full_name": "Alice Example",
    "date_of_birth": "1990-04-23",
    "profile_picture_url": "https://cinema.test/media/alice.webp",
    "role": "user",
    "scopes": ["jobs:read", "jobs:write"],
    "prefix": "ck_Zt3kQ8mA",
    "key": "ck_Zt3kQ8mA_b7XwN2rYc9LqVd4HsKf6TgJp1MzR8EuW",
    "groups": ["box office"],
    "id": 7,
    "user_id": 7,
    "movie_id": 3,
    "cinema_id": 1,
    "room_id": 2,
    "screening_id": 42,
    "seat_id": 101,
    "seat_ids": [101, 102],
    "tickets": 2,
    "title": "Nosferatu",
    "original_title": "Nosferatu, eine Symphonie des Grauens",
    "cast": ["Max Schreck", "Greta Schröder"],
    "release_date": "1922-03-04",
    "production_company": "Prana-Film",
    "distributor": "Film Arts Guild",
    "image_url": "/media/posters/nosferatu.webp",
    "poster_path": "/media/posters/nosferatu.webp",
    "backdrop_path": "/media/posters/nosferatu.webp",
    "trailer_url": "https://cinema.test/trailers/nosferatu",
    "average_rating": 4.25,
    "rating_breakdown": {"1": 0, "2": 0, "3": 1, "4": 1, "5": 2},
    "total_reviews": 4,
    "vote_average": 7.9,
    "vote_count": 1240,
    "end_time": "2026-11-21T20:19:00.000000Z",
    "is_3d": False,
    "is_imax": False,
    "is_dolby": False,
    "presale": False,
    "row": "E",
    "slug": "nosferatu",
    "description": "A count travels, and a town falls silent.",
    "overview": "A count travels, and a town falls silent.",
    "duration_minutes": 94,
    "runtime": 94,
    "genre": ["horror"],
    "genres": ["horror"],
    "rating": "PG-13",
    "director": "F. W. Murnau",
    "writers": ["Henrik Galeen"],
    "producers": ["Enrico Dieckmann"],
    "awards": [],
    "details": {},
    "country": "Germany",
    "language": "de",
    "subtitles": "en",
    "name": "Roxy",
    "address": "1 Station Road",
    "city": "Berlin",
    "amenities": ["bar", "hearing loop"],
    "timezone": "Europe/Berlin",
    "currency": "EUR",
    "price": 14.5,
    "total": 29.0,
    "amount": 29.0,
    "latitude": 52.52,
    "longitude": 13.405,
    "capacity": 120,
    "row_label": "E",
    "seat_number": 7,
    "seat_type": "premium",
    "x": 7,
    "y": 4,
    "payment_id": "pay_20261121_0001",
    "booking_number": "K7M2Q9XA",
    "code": "GQ3T8-7H2KD-1RZP4-X9WM6-5VJ",
    "short_code": "GQ3T87H2",
    "actor_name": "Max Schreck",
    "character_name": "Count Orlok",
    "message": "Done.",
}
FORMATS: dict[str, Any] = {
    "date-time": MOMENT,
    "date": "2026-11-21",
    "time": "18:30:00",
    "uuid": "8d5a3c1e-2f4b-4c6d-9e8f-0a1b2c3d4e5f",
    "email": "alice@cinema.test",
    "uri": "https://cinema.test/film",
    "decimal": "14.50",
    "binary": "(file)",
}
PLAIN: dict[str, Any] = {"string": "text", "integer": 1, "number": 14.5, "boolean": True, "null": None}
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip


def add_examples(result: Document, **_context: Any) -> Document:
    """Fill in ``example`` wherever a body has neither ``example`` nor ``examples``."""
    schemas = result.get("components", {}).get("schemas", {})
    for media in _bodies(result):
        if "schema" in media and "example" not in media and "examples" not in media:
            media["example"] = example_of(media["schema"], schemas)
    return result


def example_of(schema: Document, schemas: Document, name: str = "", depth: int = 0) -> Any:
    """Return a value that fits the schema.

    :param schemas: the components that ``$ref`` points into
    :param name: the field's name, looked up in the table of typical values
    """
    schema = _resolved(schema, schemas)
    for given in ("example", "const"):
        if given in schema:
            return schema[given]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return next(value for value in schema["enum"] if value not in ("", None))
    kind = _kind(schema)
    if name in TYPICAL and isinstance(TYPICAL[name], KINDS.get(kind, object)):
        return TYPICAL[name]
    return _made(schema, schemas, kind, name, depth)


def _made(schema: Document, schemas: Document, kind: str, name: str, depth: int) -> Any:
    if kind == "object":
        fields = schema.get("properties", {}) if depth < DEEPEST else {}
        shown = {field: inner for field, inner in fields.items() if ON_REQUEST not in inner}
        return {field: example_of(inner, schemas, field, depth + 1) for field, inner in shown.items()}
    if kind == "array":
        item = (
            example_of(schema.get("items", {}), schemas, name.removesuffix("s"), depth + 1) if depth < DEEPEST else None
        )
        return [] if item is None else [item]
    if schema.get("default") is not None:
        return schema["default"]
    if kind == "string":
        return FORMATS.get(schema.get("format", ""), PLAIN["string"])
    return max(PLAIN[kind], schema["minimum"]) if schema.get("minimum") is not None else PLAIN[kind]


def _kind(schema: Document) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return next(one for one in kind if one != "null") if isinstance(kind, list) else str(kind)


def _resolved(schema: Document, schemas: Document) -> Document:
    """Follow references; of alternatives take the first, of parts the sum."""
    while True:
        if "$ref" in schema:
            schema = schemas.get(schema["$ref"].rsplit("/", 1)[1], {})
        elif "oneOf" in schema or "anyOf" in schema:
            schema = (schema.get("oneOf") or schema["anyOf"])[0]
        elif "allOf" in schema:
            parts = [_resolved(part, schemas) for part in schema["allOf"]]
            fields = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
            schema = parts[0] if len(parts) == 1 else {"type": "object", "properties": fields}
        else:
            return schema


def _bodies(document: Document) -> Iterator[Document]:
    for operation in operations(document):
        yield from operation.get("requestBody", {}).get("content", {}).values()
        for answer in operation["responses"].values():
            yield from answer.get("content", {}).values()
