"""A file's name is text to show and nothing else: what lies on disk has a name of ours."""

from pathlib import Path

import pytest
from django.conf import settings

from studies.models import DatasetVersion
from tests.bad_input.conftest import Door, stored
from tests.bad_input.files import GOOD

NAMES = [
    "../../../etc/passwd",
    "..\\..\\windows\\system32\\drivers.csv",
    "/etc/cron.d/people.csv",
    "C:\\people.csv",
    "%2e%2e%2f%2e%2e%2fpeople.csv",
    "..%252f..%252fpeople.csv",
    ".htaccess",
    "....//....//people.csv",
    "people.csv\x00.png",
    "CON.csv",
    "<img src=x onerror=window.__xss=1>.csv",
    '"><script>window.__xss=1</script>.csv',
    "people\r\nSet-Cookie: a=b.csv",
    "$(touch pwned);`touch pwned`|people.csv",
    "\u202evsc.elpoep",
    "x" * 300 + ".csv",
]


@pytest.mark.parametrize("number", range(len(NAMES)), ids=lambda number: f"filename_{number}")
def test_it_is_stored_under_a_generated_name_and_shown_as_text(door: Door, number: int) -> None:
    _, _, _, files = stored()
    door.accepted(GOOD, NAMES[number])
    version = DatasetVersion.objects.get()
    made = {path for path in stored()[3] - files if "/" in path}
    assert made
    assert all(Path(path).is_relative_to(Path(settings.DATASETS) / version.stored_as) for path in made)
    assert len(version.file_name) <= 255
    page = door.browser.get(f"/datasets/{version.dataset_id}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<img src=x" not in text
    assert "<script>window" not in text
    assert "Set-Cookie" not in "".join(page.headers)
