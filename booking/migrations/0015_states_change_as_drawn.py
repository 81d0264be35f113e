from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from booking.state_triggers import Watched, install, remove

CLAIM = (
    "held>confirmed held>pending held>released held>lapsed"
    " pending>confirmed pending>cancelled pending>unpaid"
    " confirmed>cancelled confirmed>used used>confirmed cancelled>refunded cancelled>confirmed"
)
PAYMENT = (
    "captured>claimed captured>refund_due claimed>part_refunded claimed>refunded"
    " part_refunded>refunded refund_due>refunded"
)
REFUND = "due>sent sent>settled sent>failed failed>due failed>sent"
SCREENING = "scheduled>cancelled scheduled>completed"
REFUNDED = "COALESCE(CAST(NEW.claim_id AS text), 'payment ' || NEW.payment_id)"
WATCHED = (
    Watched("claim", "booking_seatclaim", "state", "NEW.id", CLAIM.split()),
    Watched("payment", "booking_payment", "status", "NEW.payment_id", PAYMENT.split(), actor=False),
    Watched("refund", "booking_refund", "status", REFUNDED, REFUND.split()),
    Watched("screening", "catalog_screening", "status", "NEW.id", SCREENING.split()),
)


def forwards(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, WATCHED)


def backwards(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, WATCHED)


class Migration(migrations.Migration):
    dependencies = [("booking", "0014_index_of_ended_claims"), ("catalog", "0011_prices_by_ticket_type")]
    operations = [migrations.RunPython(forwards, backwards)]
