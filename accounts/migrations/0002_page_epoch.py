from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="page_epoch",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="Raised by signing out of the pages: socket tokens of before end.",
            ),
        )
    ]
