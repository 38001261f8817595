"""Collect static files only when something they are made of is newer than the manifest."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def collect_if_stale() -> bool:
    """True when files were collected."""
    if "Manifest" not in settings.STORAGES["staticfiles"]["BACKEND"]:
        return False
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    sources = [settings.BASE_DIR / "requirements.txt", *(settings.BASE_DIR / "static").rglob("*")]
    newest = max(path.stat().st_mtime for path in sources)
    if manifest.exists() and manifest.stat().st_mtime > newest:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    return True
