"""Rows as JSON: quickly, with the fields that were asked for, and without reading what only the others need."""

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, islice
from operator import attrgetter
from typing import Any, Self

from django.db import models
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.api.serializers.fields import Moment
from catalog.api.serializers.memory import Memory

Getter = Callable[[Any], Any]
Column = Callable[["Output", Sequence[Any]], Iterable[Any]]
Needs = dict[str, Callable[[Sequence[Any]], None]]
AS_IT_IS = {
    serializers.BooleanField.to_representation,
    serializers.CharField.to_representation,
    serializers.ChoiceField.to_representation,
    serializers.FloatField.to_representation,
    serializers.IntegerField.to_representation,
}
"""Of fields that are shown so the row holds what JSON shows."""


class Output(serializers.ModelSerializer[Any]):
    # No docstring: it would stand in the API's documentation of every kind of row.
    # REST framework builds its fields anew for each answer and asks each for each row: three times the work.
    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {models.DateTimeField: Moment}
    extras: Collection[str] = ()
    """The fields that are shown on request only."""
    needs: Needs = {}
    """What reads that which a field shows, for all rows at once, when it is not in the row itself."""
    columns: dict[str, tuple[str, ...]] = {}
    """The columns that a field is worked out of, when there is not just the one it is named for. A field that shows the
    row of another table has one, with the number of that row."""
    plain = False
    """Whether its fields are worked out of ``columns`` alone: of lists, tuples are read then, not objects."""
    memory: Memory | None = None
    """What remembers rows of just this kind when they are shown with their usual fields."""

    def __init__(self, *args: Any, names: Collection[str] | None = None, **kwargs: Any) -> None:
        """Show the fields of these names, or all but the extras."""
        super().__init__(*args, **kwargs)
        self.names = self.usual() if names is None else names

    @classmethod
    def known(cls) -> list[str]:
        """Return the name of every field."""
        return list(cls.Meta.fields)

    @classmethod
    def usual(cls) -> list[str]:
        """Return the names of the fields that are shown unasked."""
        return [name for name in cls.known() if name not in cls.extras]

    def narrowed(self, rows: QuerySet[Any], *besides: str) -> QuerySet[Any]:
        """Read no column that none of the fields needs, but all that was worked out for the rows.

        :param besides: columns that the caller needs
        """
        if rows.query.select_related:
            return rows
        needed = {column for name in self.names for column in self.columns.get(name, (_sources(type(self))[name],))}
        if self.plain:
            return rows.values_list(*sorted({*needed, *besides, *rows.query.annotations}), named=True)
        if set(self.names) >= set(self.usual()):
            return rows
        fields = rows.model._meta.concrete_fields
        # Keys always: Django reads them of each row that it found by a relation.
        return rows.only(*(field.attname for field in fields if field.attname in needed or field.is_relation))

    def json_of(self, found: Any) -> Any:
        """Return a row, or each of a list of rows, with all that it needs read at once."""
        rows = found if isinstance(found, list) else [found]
        for name, read in self.needs.items():
            if name in self.names:
                read(rows)
        shown = {name: column(self, rows) for name, column in _columns(type(self)).items() if name in self.names}
        made = [dict(zip(shown, values, strict=True)) for values in zip(*shown.values(), strict=True)]
        return made if isinstance(found, list) else made[0]

    def to_representation(self, row: Any) -> Any:
        return self.json_of(row)

    @property
    def is_remembered(self) -> bool:
        return bool(vars(type(self)).get("memory")) and set(self.names) == set(self.usual())

    def json_by_id(self, ids: Collection[int]) -> dict[int, Any]:
        """Return the rows of these numbers, as many of them as there are, for an answer."""
        return self.memory.look(ids, self.site, self._read) if self.memory and self.is_remembered else self._read(ids)

    def json_in_order(self, ids: Sequence[int]) -> list[Any]:
        """Return the same as a list."""
        found = self.json_by_id(ids)
        return [found[id_] for id_ in ids if id_ in found]

    @classmethod
    def rows(cls) -> QuerySet[Any]:
        """Return all rows, with what the queries of ``needs`` do not bring."""
        return QuerySet(cls.Meta.model)

    @functools.cached_property
    def site(self) -> str:
        """The beginning of the site's addresses, empty when nobody asks by HTTP."""
        request = self.context.get("request")
        return f"{request.scheme}://{request.get_host()}" if request else ""

    def within(self, other: "Output") -> Self:
        """Return an output like this one, as part of another."""
        return type(self)(context=other.context)

    def _read(self, ids: Collection[int]) -> dict[int, Any]:
        rows = list(self.narrowed(self.rows()).filter(pk__in=ids))
        return dict(zip((row.pk for row in rows), self.json_of(rows), strict=True))


@functools.cache
def _columns(output: type[Output]) -> dict[str, Column]:
    """Return for each field what shows it for many rows."""
    return {name: _column(field, output.columns.get(name, ())) for name, field in output().fields.items()}


@functools.cache
def _sources(output: type[Output]) -> dict[str, str]:
    return {name: str(field.source) for name, field in output().fields.items()}


def _column(field: Any, columns: Sequence[str]) -> Column:
    if isinstance(field, serializers.SerializerMethodField):
        return lambda output, rows: map(getattr(output, str(field.method_name)), rows)
    read = attrgetter(field.source)
    if isinstance(field, Output):
        return _other_row(field, attrgetter(*columns))
    if isinstance(inner := getattr(field, "child", None), Output):
        return _several_rows(inner, read)
    if type(field).to_representation in AS_IT_IS:
        return lambda _, rows: map(read, rows)
    is_decimal = type(field).to_representation == serializers.DecimalField.to_representation
    show = float if is_decimal else field.to_representation
    return lambda _, rows: [None if value is None else show(value) for value in map(read, rows)]


def _other_row(field: Output, number: Getter) -> Column:
    """Show a row that may come with many others, as a film with its screenings, and make its JSON once."""

    def show(output: Output, rows: Sequence[Any]) -> Iterable[Any]:
        numbers = [*map(number, rows)]
        return map(field.within(output).json_by_id({*numbers}).__getitem__, numbers)

    return show


def _several_rows(field: Output, read: Getter) -> Column:
    def show(output: Output, rows: Sequence[Any]) -> Iterable[Any]:
        groups = [*map(read, rows)]
        made = iter(field.within(output).json_of([*chain.from_iterable(groups)]))
        return [[*islice(made, len(group))] for group in groups]

    return show
