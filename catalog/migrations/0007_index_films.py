from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from catalog.indexing import rewrite


def index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Films that were there before the search index."""
    rewrite(apps)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_trigrams_of_texts")]
    operations = [migrations.RunPython(index, migrations.RunPython.noop)]
