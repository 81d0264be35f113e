from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from catalog.services.film_index import index_films


def index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Films that were there before the search index."""
    index_films(registry=apps)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_trigrams_of_texts")]
    operations = [migrations.RunPython(index, migrations.RunPython.noop)]
