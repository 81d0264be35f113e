"""Numbers about the open seat maps."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.callers import Caller, caller_of
from accounts.roles import AUDITOR
from booking.hub import local_counts
from booking.watcher_counts import watchers_everywhere
from cinema_project.common.errors import NotAllowed
from cinema_project.common.json_api import JsonView, answer


class SocketStats(JsonView):
    """Who watches what, over all web processes."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not settings.DEBUG and not _may_look(caller_of(request)):
            raise NotAllowed("Only staff may see this.")
        counts = watchers_everywhere(local_counts())
        return answer(
            {
                "total_connections": sum(counts.values()),
                "active_screenings": sorted(counts),
                "screening_details": {str(screening): counts[screening] for screening in sorted(counts)},
            }
        )


def _may_look(caller: Caller) -> bool:
    return caller.is_staff_member or AUDITOR in caller.groups
