"""The held-out set on the dataset's page: changed there until a study is launched, refused at its field."""

import pytest
from django.test import Client

from studies.engine import actions
from studies.models import HeldOutSet
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def test_an_editor_holds_rows_out_until_the_first_launch(client_of, bob, vera, version) -> None:
    client: Client = client_of(bob)
    page = f"/datasets/{version.dataset_id}/"
    assert "No held-out set" in client.get(page).content.decode()
    answer = client.post(f"{page}held-out/", {"wish": "0.2"}, follow=True).content.decode()
    assert "12 rows are held out." in answer
    assert "Held-out set: 12 of 60 rows, opened never" in answer
    assert "20 % of the 60 rows with a target, each class by its share." in answer
    assert "a score to about ±22.6 points" in answer.lower()
    reader = client_of(vera)
    assert "change-held-out" not in reader.get(page).content.decode()
    assert reader.post(f"{page}held-out/", {"wish": "none"}).status_code == 403
    unknown = client.post(f"{page}held-out/", {"wish": "0.9"})
    assert "Select a valid choice" in unknown.content.decode()

    version.refresh_from_db()
    study = make_study(version, bob, holdout="on")
    actions.launch(study, bob)
    assert "Held-out set 12 rows, opened never" in client.get(f"/studies/{study.pk}/").content.decode()
    late = client.post(f"{page}held-out/", {"wish": "none"}).content.decode()
    assert "when a study was first launched. It stays as it is" in late
    assert "is fixed since" in late
    assert HeldOutSet.objects.get().rows == 12
    form = client.get(f"/studies/new/?dataset_version={version.pk}").content.decode()
    assert "12 of 60 rows" in form
    assert "dissolve it at the launch" not in form
