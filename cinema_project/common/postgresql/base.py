"""Django's PostgreSQL, with a pool that tells a crowd from an outage.

The pool of psycopg waits for a free connection and for a server that is down with one and the same patience. Here a
thread first waits for its turn, as long as a crowd may take; whoever has it gets a connection within the pool's own
``timeout``, or there is no server (R58).
"""

import threading
from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

CROWD_SECONDS = 10
_turns: dict[str, threading.BoundedSemaphore] = {}  # by database: as many as its pool has connections
_making = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    _turn: threading.BoundedSemaphore | None = None  # taken: to be given back with the connection

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if self.pool is None:
            return super().get_new_connection(conn_params)
        turn = self._turns_of_pool()
        if not turn.acquire(timeout=CROWD_SECONDS):
            raise PoolTimeout("No connection to the database became free.")
        try:
            made = super().get_new_connection(conn_params)
        except BaseException:
            turn.release()
            raise
        self._turn = turn
        return made

    def _close(self) -> None:
        turn, self._turn = self._turn, None
        try:
            super()._close()  # type: ignore[misc]  # in the stubs only the base class has it
        finally:
            if turn is not None:
                turn.release()

    def _turns_of_pool(self) -> threading.BoundedSemaphore:
        with _making:
            size = self.settings_dict["OPTIONS"]["pool"]["max_size"]
            return _turns.setdefault(self.alias, threading.BoundedSemaphore(size))
