"""Pages and API through WSGI: the `http` process of the Procfile."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema_project.settings")

application = get_wsgi_application()
