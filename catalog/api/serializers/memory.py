"""JSON of rows that stand in many answers, remembered for as long as the rows are what they were."""

from collections.abc import Callable, Collection
from typing import Any

from django.db import connection

from cinema_project.common.database import as_list, query

MOST = 5_000
"""So many rows are remembered; films take some 6 kB each."""


class Memory:
    """JSON by row. It is made anew when the row, or one of those that it shows besides, is another than it was.

    :param versions: SQL for PostgreSQL, which takes ids (``as_list``) and gives each with a text that each change
        alters: where the row lies and who wrote it (``ctid`` and ``xmin``). SQLite cannot tell, and nothing is
        remembered.
    """

    def __init__(self, versions: str) -> None:
        self.versions = versions
        self._known: dict[tuple[str, int], tuple[str, Any]] = {}

    def look(self, ids: Collection[int], where: str, read: Callable[[list[int]], dict[int, Any]]) -> dict[int, Any]:
        """Return the JSON of these rows by id. It is shared: whoever wants to change it takes a copy.

        :param where: the site whose addresses stand in it
        :param read: makes what is not known; rows that are not there are left out
        """
        if connection.vendor != "postgresql" or not ids:
            return read([*ids])
        # The version is read first: JSON made of a newer row than it tells is never asked for by that version again.
        versions: dict[int, str] = dict(query(self.versions, [as_list(ids)]))
        known = {id_: found for id_ in versions if (found := self._known.get((where, id_)))}
        fresh = {id_: json for id_, (version, json) in known.items() if version == versions[id_]}
        if unknown := versions.keys() - fresh.keys():
            made = read([*unknown])
            if len(self._known) + len(made) > MOST:
                self._known.clear()
            self._known |= {(where, id_): (versions[id_], json) for id_, json in made.items()}
            fresh |= made
        return fresh
