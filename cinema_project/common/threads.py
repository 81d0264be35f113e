"""Work for other threads."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

from cinema_project.common.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Stopping(Unavailable):
    """The process ends, and begins nothing new."""

    code = "stopping"


def submit(pool: Executor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Hand work to a pool that lives as long as the process.

    :raises Stopping: if the process ends: threads that go on meanwhile find all pools closed
    """
    try:
        return pool.submit(work, *args, **kwargs)
    except RuntimeError:
        raise Stopping("The server is stopping. Please try again.") from None
