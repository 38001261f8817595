"""Redis frozen: every page and API call answers within 2 s of waiting for it, and what is launched waits its turn."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from studies.engine import bell
from studies.management.site.embedded_redis import start_redis
from studies.models import ApiToken, Membership, Study, WorkerProcess
from tests.factories import make_study, make_trial, make_version
from tests.views.reading import posted_back, words_of

LONGEST = 2.0


@pytest.fixture
def frozen() -> Iterator[None]:
    """A real server that takes connections and answers nothing."""
    server = start_redis()
    os.kill(server.process.pid, signal.SIGSTOP)
    yield
    os.kill(server.process.pid, signal.SIGCONT)
    server.ask_to_stop()
    server.wait(10)
    bell.forget_outage()


@pytest.mark.django_db
def test_no_request_waits_longer_than_two_seconds_and_launching_works(client_of, alice, team, frozen) -> None:
    version = make_version(team, alice)
    now = timezone.now()
    WorkerProcess.objects.create(name="w", host="h", pid=1, started_at=now, seen_at=now)
    browser = client_of(alice)
    program = Client(headers={"Authorization": f"Bearer {ApiToken.make(Membership.objects.get(user=alice), 'x')}"})
    running = make_study(version, alice, state="running", parallel=8, launched_at=now, next_number=1)
    make_trial(running, 0)
    slowest: dict[str, float] = {}

    def ask(client: Client, path: str, body: object = None, content_type: str = "") -> object:
        bell.forget_outage()  # each request as if it were the first to find out
        began = time.monotonic() - time.process_time()  # what the request itself computes is no waiting
        if body is None:
            answer = client.get(path)
        else:
            answer = client.post(path, body, **({"content_type": content_type} if content_type else {}))
        slowest[path] = time.monotonic() - time.process_time() - began
        assert answer.status_code < 400, (path, answer.status_code)
        return answer

    at = f"/studies/{running.pk}"
    for path in (f"{at}/live/?since=-1", "/workers/", "/studies/new/"):
        ask(browser, path)
    assert "Redis does not answer" in words_of(ask(browser, f"{at}/"))
    draft = make_study(version, alice, parallel=8)
    ask(browser, f"/studies/{draft.pk}/launch/", {})
    assert "The study waits for the queue." in words_of(ask(browser, f"/studies/{draft.pk}/"))
    ask(program, f"/api/v1/studies/{make_study(version, alice, parallel=8).pk}/launch", {}, "application/json")
    ask(program, f"/api/v1/studies/{running.pk}/trials", {"config": {"C": 1.0, "l1_ratio": 0.5}}, "application/json")
    form = posted_back(browser.get("/studies/new/")) | {
        "action": "compare", "compare_shown": "1", "compare_bayesian": "on", "compare_random": "on",
        "compare_grid": "on", "compare_seeds": "4", "trials": "6", "parallel": "8",
    }  # fmt: skip
    ask(browser, "/studies/new/", form)
    assert Study.objects.filter(state="queued").count() == 9 + 2
    assert max(slowest.values()) < LONGEST, slowest
