"""Rows as JSON: quickly, with the fields that were asked for, and without reading what only the others need."""

import functools
from collections.abc import Callable, Collection, Sequence
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.api.serializers.fields import Moment

Getter = Callable[[Any], Any]
Needs = dict[str, Callable[[Sequence[Any]], None]]
AS_IT_IS = {
    serializers.BooleanField.to_representation,
    serializers.CharField.to_representation,
    serializers.ChoiceField.to_representation,
    serializers.DecimalField.to_representation,
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
    """The columns that a field is worked out of, when there is not just the one it is named for."""

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

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Read no column that none of the fields needs."""
        if rows.query.select_related or set(self.names) >= set(self.usual()):
            return rows
        needed = {column for name in self.names for column in self.columns.get(name, (_sources(type(self))[name],))}
        fields = rows.model._meta.concrete_fields
        # Keys always: Django reads them of each row that it found by a relation.
        return rows.only(*(field.attname for field in fields if field.attname in needed or field.is_relation))

    def json_of(self, found: Any) -> Any:
        """Return a row, or each of a list of rows, with all that it needs read at once."""
        rows = found if isinstance(found, list) else [found]
        for name, read in self.needs.items():
            if name in self.names:
                read(rows)
        made = [self.to_representation(row) for row in rows]
        return made if isinstance(found, list) else made[0]

    def to_representation(self, row: Any) -> dict[str, Any]:
        return {name: get(row) for name, get in self._getters}

    @functools.cached_property
    def _getters(self) -> list[tuple[str, Getter]]:
        return [(name, bind(self)) for name, bind in _binders(type(self)).items() if name in self.names]


@functools.cache
def _binders(output: type[Output]) -> dict[str, Callable[[Output], Getter]]:
    """Return for each field what makes its getter in a serializer of this kind."""
    return {name: _binder(field) for name, field in output().fields.items()}


@functools.cache
def _sources(output: type[Output]) -> dict[str, str]:
    return {name: str(field.source) for name, field in output().fields.items()}


def _binder(field: Any) -> Callable[[Output], Getter]:
    if isinstance(field, serializers.SerializerMethodField):
        return attrgetter(str(field.method_name))
    read = attrgetter(field.source)
    if isinstance(field, Output):
        return lambda output: _once(read, type(field)(context=output.context))
    if isinstance(inner := getattr(field, "child", None), Output):
        return lambda output: _each(read, type(inner)(context=output.context))
    if type(field).to_representation in AS_IT_IS:
        return lambda output: read
    return lambda output: _unless_none(read, field.to_representation)


def _once(read: Getter, output: Output) -> Getter:
    """Show a row that comes with many others, as a film with its screenings, and make its JSON once."""
    made: dict[Any, Any] = {}

    def get(row: Any) -> Any:
        inner = read(row)
        if inner.pk not in made:
            made[inner.pk] = output.to_representation(inner)
        return made[inner.pk]

    return get


def _each(read: Getter, output: Output) -> Getter:
    return lambda row: [output.to_representation(inner) for inner in read(row)]


def _unless_none(read: Getter, show: Getter) -> Getter:
    def get(row: Any) -> Any:
        value = read(row)
        return None if value is None else show(value)

    return get
