from django.db import migrations, models

from accounts.models import ONE_LINE


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_colours_follow_the_device")]
    operations = [
        migrations.AlterField(
            model_name="user",
            name="full_name",
            field=models.CharField(blank=True, max_length=255, validators=[ONE_LINE]),
        )
    ]
