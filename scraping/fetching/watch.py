"""The product's clock, read from the database at most once a second, for those who look at it all the time."""

import threading
import time
from datetime import datetime, timedelta

from cinema_project.common import clock

LOOK_SECONDS = 1.0


class Watch:
    """A clock of one worker, at most a second behind when somebody moves the real one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at, self._moment = time.monotonic(), clock.now()

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        with self._lock:
            passed = time.monotonic() - self._read_at
            if passed > LOOK_SECONDS:
                self._moment, passed = clock.now(), 0.0
                self._read_at = time.monotonic()
            return self._moment + timedelta(seconds=passed)
