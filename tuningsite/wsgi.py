"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from studies.views.encoding import only_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tuningsite.settings")
application = only_utf8(get_wsgi_application())
