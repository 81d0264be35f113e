"""Lookups that Django lacks."""

import json
from collections.abc import Collection
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, Any]


class OneOf(Lookup):
    """``id__one_of=[3, 5]`` finds what ``id__in`` finds, with one parameter for all values.

    Of a hundred values that takes a quarter of the time to write down. The column holds numbers or texts.
    """

    lookup_name = "one_of"
    prepare_rhs = False
    rhs: Collection[Any]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, [*self.rhs]]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps([*self.rhs])]
