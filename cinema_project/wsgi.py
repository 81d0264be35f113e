"""Pages and API through WSGI: the `http` process of the Procfile."""

import os

from django.core.wsgi import get_wsgi_application
from servestatic import ServeStatic

from cinema_project.static_files import with_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema_project.settings")

application = with_static_files(ServeStatic, get_wsgi_application())
