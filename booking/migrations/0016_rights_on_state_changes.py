from django.db import migrations

from cinema_project.common.grants import granting

RIGHTS = {group: {"booking.statechange": ("view",)} for group in ("box office", "manager", "auditor")}


class Migration(migrations.Migration):
    dependencies = [("booking", "0015_states_change_as_drawn")]
    operations = [granting(RIGHTS)]
