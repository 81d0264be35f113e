from itertools import groupby
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from scraping.tix.watching import taken_since

CHUNK = 500


def work_out(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give looks of before their lower bounds, and showings their last looks."""
    alias = schema_editor.connection.alias
    showtimes = apps.get_model("scraping", "MarketShowtime").objects.using(alias)
    snapshots = apps.get_model("scraping", "SeatSnapshot").objects.using(alias)
    looked_at = list(snapshots.order_by("showtime").values_list("showtime", flat=True).distinct())
    for at in range(0, len(looked_at), CHUNK):
        starts = dict(showtimes.filter(pk__in=looked_at[at : at + CHUNK]).values_list("pk", "starts_at"))
        looks = snapshots.filter(showtime__in=starts).order_by("showtime", "captured_at", "pk")
        for pk, group in groupby(looks, lambda look: look.showtime_id):
            last = _last_before(starts[pk], list(group))
            if last:
                showtimes.filter(pk=pk).update(**last)


def _last_before(start: Any, looks: list[Any]) -> dict[str, Any]:
    last = {}
    for look, taken in zip(looks, taken_since([look.layout for look in looks]), strict=True):
        look.taken_since = taken
        look.save(update_fields=["taken_since"])
        if look.captured_at <= start:
            columns = ("seats_total", "unavailable", "taken_since")
            last = {"looked_at": look.captured_at} | {name: getattr(look, name) for name in columns}
    return last


class Migration(migrations.Migration):
    dependencies = [("scraping", "0009_looks_have_two_bounds")]
    operations = [migrations.RunPython(work_out, migrations.RunPython.noop)]
