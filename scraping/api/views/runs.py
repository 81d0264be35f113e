"""Runs of sources, for managers, admins and auditors."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from scraping.api.serializers.runs import OneScraperRunOutput, RunsQuery, ScraperRunOutput
from scraping.api.views.market import MarketView
from scraping.models import Run
from scraping.selectors import runs
from scraping.services.commanded import STATUS, summary
from scraping.services.seats import LISTINGS

COUNTS = ("created", "updated", "unchanged", "vanished", "quarantined", "requests")
LISTED = ("cities", "movies", "theatres_total", "theatres_success", "theatres_failed")


class Runs(MarketView):
    queryset = Run.objects.none()
    serializer_class = ScraperRunOutput

    @extend_schema(operation_id="list_market_runs", parameters=[RunsQuery], responses=ScraperRunOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the runs over other sites, the latest first."""
        asked = self.asked(RunsQuery)
        found = runs.runs_of(asked.get("source", ""))
        page = self.paginate_queryset(found.filter(state=asked["state"]) if "state" in asked else found) or []
        now = runs.progress_of_each([run.pk for run in page if run.is_live])
        return self.listed([_run(run, now.get(run.pk) or runs.progress_at_end(run)) for run in page])


class OneRun(MarketView):
    queryset = Run.objects.none()
    serializer_class = OneScraperRunOutput
    pagination_class = None

    @extend_schema(
        operation_id="show_market_run",
        responses={200: OneScraperRunOutput, 404: OpenApiResponse(description="Run with id 12 not found")},
    )
    def get(self, request: Request, run_id: int) -> Response:
        """Show one run, what it came to, and what it could not read."""
        run = runs.run(run_id)
        progress = runs.progress_of(run.pk) if run.is_live else runs.progress_at_end(run)
        told = _run(run, progress) | dict.fromkeys(LISTED) | {"failed": runs.failures_of(run.pk)}
        if run.source == LISTINGS and not run.is_live:
            found = summary(run)
            told |= {name: found[name] for name in LISTED}
        return Response(self.get_serializer(told).data)


def _run(run: Run, progress: runs.Progress) -> dict[str, Any]:
    status = "running" if run.is_live else STATUS.get(run.state, "failed")
    return {"run": run, "status": status, "progress": progress, **{name: run.counts.get(name, 0) for name in COUNTS}}
