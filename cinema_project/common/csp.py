"""The strict policy of the pages, and the looser ones of the admin and the API's documentation."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyByPath(CSPMiddleware):
    """Replace the directives that ``settings.CSP_BY_PREFIX`` names for a path; its error pages included."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, directives in settings.CSP_BY_PREFIX.items():
            if request.path_info.startswith(prefix):
                parts.replace = directives
        return parts
