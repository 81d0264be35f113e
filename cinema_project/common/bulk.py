"""Many rows at once: in PostgreSQL as one parameter, JSON, which costs a tenth of what ``bulk_create`` does."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

import orjson
from django.db import connection
from django.db.models import Field, Model

from cinema_project.common.database import query

M = TypeVar("M", bound=Model)

CHUNK = 1000


def insert(rows: Iterable[M], *, may_be_there: bool = False) -> None:
    """Insert rows.

    :param may_be_there: leave out those that a constraint takes for there already
    """
    for model, chunk in _chunks(rows):
        if connection.vendor == "postgresql":
            query(_insert(model) + (" ON CONFLICT DO NOTHING" if may_be_there else ""), [_written(model, chunk)])
        else:
            model._default_manager.bulk_create(chunk, ignore_conflicts=may_be_there, batch_size=CHUNK)


def insert_values(model: type[Model], rows: Iterable[dict[str, Any]], *, may_be_there: bool = False) -> None:
    """Insert rows given as values by name; of fields not named the default. It spares making models of them.

    :param may_be_there: leave out those that a constraint takes for there already
    """
    if connection.vendor != "postgresql":
        insert((model(**row) for row in rows), may_be_there=may_be_there)
        return
    sql = _insert(model) + (" ON CONFLICT DO NOTHING" if may_be_there else "")
    for written in _written_values(model, rows):
        query(sql, [written])


def insert_new(model: type[Model], rows: Iterable[dict[str, Any]], *, unique: str) -> dict[Any, Any]:
    """Insert rows given as values by name, but those that are there already.

    :param unique: the field that names a row, for which there is a constraint; of the rows given no two may agree in it
    :return: of each row inserted its key, by its name
    """
    if connection.vendor != "postgresql":
        return _inserted_one_writer(model, list(rows), unique)
    named, key = _field(model, unique).column, _field(model, model._meta.pk.name).column
    sql = f"{_insert(model)} ON CONFLICT DO NOTHING RETURNING {named}, {key}"
    return {name: number for written in _written_values(model, rows) for name, number in query(sql, [written])}


def _inserted_one_writer(model: type[Model], rows: Sequence[dict[str, Any]], unique: str) -> dict[Any, Any]:
    """Do the same where nobody else writes meanwhile."""
    named = {f"{unique}__in": [row[unique] for row in rows]}
    there = set(model._default_manager.filter(**named).values_list(unique, flat=True))
    new = [model(**row) for row in rows if row[unique] not in there]
    return {getattr(one, unique): one.pk for one in model._default_manager.bulk_create(new, CHUNK)}


def upsert(rows: Iterable[M], *, unique: Sequence[str], changing: Collection[str]) -> list[M]:
    """Insert rows, or change those that are there; return them with their keys, each chunk in any order.

    :param unique: the fields that name a row; of the rows given no two may agree in them
    :param changing: the fields to change
    """
    written: list[M] = []
    for model, chunk in _chunks(rows):
        if connection.vendor == "postgresql":
            written += _upserted(model, chunk, unique, changing)
        else:
            written += model._default_manager.bulk_create(
                chunk, CHUNK, update_conflicts=True, unique_fields=unique, update_fields=changing
            )
    return written


def _upserted(model: type[M], chunk: list[M], unique: Sequence[str], changing: Collection[str]) -> list[M]:
    keys = [_field(model, name).column for name in unique]
    columns = [_field(model, name).column for name in changing]
    key = _field(model, model._meta.pk.name).column
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    named = ", ".join(keys)
    sql = f"{_insert(model)} ON CONFLICT ({named}) DO UPDATE SET {changes} RETURNING {key}, {named}"
    numbers = {row[1:]: row[0] for row in query(sql, [_written(model, chunk)])}
    for one in chunk:
        one.pk = numbers[tuple(getattr(one, _field(model, name).attname) for name in unique)]
    return chunk


def _chunks(rows: Iterable[M]) -> Iterable[tuple[type[M], list[M]]]:
    listed = list(rows)
    return ((type(listed[0]), listed[at : at + CHUNK]) for at in range(0, len(listed), CHUNK))


def _field(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


def _stored(model: type[Model]) -> list["Field[Any, Any]"]:
    """Return the fields whose values we give: all but a number that the database gives."""
    return [field for field in model._meta.concrete_fields if not field.get_internal_type().endswith("AutoField")]


def _insert(model: type[Model]) -> str:
    fields = _stored(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    types = ", ".join(f'"{field.column}" {_type(field)}' for field in fields)
    return (
        f"INSERT INTO {model._meta.db_table} ({columns})"
        f" SELECT {columns} FROM json_to_recordset(%s::json) AS given ({types})"
    )


def _type(field: "Field[Any, Any]") -> str:
    """Return the type of a column without its limits: what is too long for it is refused, not cut off."""
    return str(field.rel_db_type(connection)).partition(" CHECK")[0].partition("(")[0]


def _written_values(model: type[Model], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    usual = {field.attname: field.get_default() for field in _stored(model)}
    whole = ({**usual, **row} for row in rows)
    while chunk := list(islice(whole, CHUNK)):
        yield _as_json(chunk)


def _written(model: type[Model], rows: Sequence[Model]) -> str:
    fields = _stored(model)
    columns = [str(field.column) for field in fields]
    values = attrgetter(*(field.attname for field in fields))
    return _as_json([dict(zip(columns, values(row), strict=True)) for row in rows])


def _as_json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=_as_text).decode()


def _as_text(value: Any) -> str:
    """Write what JSON does not know as PostgreSQL reads it."""
    if isinstance(value, bytes | memoryview):
        return f"\\x{value.hex()}"
    raise TypeError(f"A {type(value).__name__} cannot be stored.")
