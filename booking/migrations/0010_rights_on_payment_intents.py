from django.db import migrations

from cinema_project.common.grants import granting


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0009_payments_and_refunds"),
        ("accounts", "0003_groups"),
    ]
    operations = [
        granting(
            {
                "box office": {"booking.paymentintent": ("view",), "booking.refund": ("change",)},
                "manager": {"booking.paymentintent": ("view",), "booking.refund": ("change",)},
                "auditor": {"booking.paymentintent": ("view",)},
            }
        )
    ]
