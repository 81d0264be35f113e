from django.db import migrations

from scraping import state_guards


class Migration(migrations.Migration):
    dependencies = [("scraping", "0015_media_jobs")]
    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: state_guards.install(schema_editor, state_guards.VIDEO_TABLES),
            lambda _apps, schema_editor: state_guards.remove(schema_editor, state_guards.VIDEO_TABLES),
        )
    ]
