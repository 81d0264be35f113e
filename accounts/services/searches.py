"""What people looked for: kept for them, and theirs to forget."""

from accounts.models import Search, User
from accounts.selectors import PersonNotFound
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import NotFound

KEPT = 100
LONGEST = 255


class SearchNotFound(NotFound):
    code = "search_not_found"


@write
def remember_search(*, user_id: int, query: str, kind: str = Search.Kind.GENERAL) -> Search:
    """Note a search; the hundred latest are kept. The same one twice in a row is noted once.

    :raises PersonNotFound: if the person has left meanwhile
    """
    # One search of a person after the other, and none after they left.
    if not User.objects.select_for_update(no_key=True).filter(pk=user_id, closed_at=None).exists():
        raise PersonNotFound(f"User with id {user_id} not found")
    own = Search.objects.filter(user_id=user_id)
    latest = own.order_by("-pk").first()
    if latest is not None and (latest.search_query, latest.search_type) == (query[:LONGEST], kind):
        return latest
    made = Search.objects.create(
        user_id=user_id, search_query=query[:LONGEST], search_type=kind, created_at=clock.now()
    )
    own.filter(pk__lte=own.order_by("-pk").values("pk")[KEPT : KEPT + 1]).delete()
    return made


@write
def forget_search(*, user: User, search_id: int) -> None:
    """Forget one search of one's own.

    :raises SearchNotFound: if there is none
    """
    count, _ = Search.objects.filter(user=user, pk=search_id).delete()
    if not count:
        raise SearchNotFound(f"Search with id {search_id} not found")


@write
def forget_searches(*, user: User) -> None:
    """Forget all searches of one's own."""
    Search.objects.filter(user=user).delete()
