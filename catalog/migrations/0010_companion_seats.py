from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_addresses_are_public")]
    operations = [
        migrations.AddField(
            model_name="cinema",
            name="companion_release_minutes",
            field=models.PositiveSmallIntegerField(
                default=60,
                db_default=60,
                help_text="Until so long before the start, companion seats go with the wheelchair space beside them.",
            ),
        )
    ]
