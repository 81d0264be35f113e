"""Lookups that Django lacks."""

from collections.abc import Collection
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

from cinema_project.common.database import as_list, one_of


class OneOf(Lookup):
    """``id__one_of=[3, 5]`` finds what ``id__in`` finds, with one parameter for all values.

    Of a hundred values that takes a quarter of the time to write down. The column holds numbers or texts.
    """

    lookup_name = "one_of"
    prepare_rhs = False
    rhs: Collection[Any]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        return one_of(column), [*params, as_list(self.rhs)]
