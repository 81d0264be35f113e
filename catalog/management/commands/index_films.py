from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.film_index import index_all_films


class Command(BaseCommand):
    help = "Makes the search index anew from all films, as after films were changed by SQL."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index_all_films()} films can be found.")
