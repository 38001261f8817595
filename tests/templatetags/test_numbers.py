"""Filters: times relative to now; the numbers themselves are tested with plots.numbers."""

from datetime import timedelta

import pytest
from django.template import engines
from django.utils import timezone

from studies.templatetags.numbers import ago


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "now"), (59, "now"), (60, "1 min ago"), (3599, "59 min ago"), (3600, "1 h ago"), (11 * 3600, "11 h ago")],
)
def test_ago(seconds, words):
    assert ago(timezone.now() - timedelta(seconds=seconds, milliseconds=20)) == words


def test_ago_in_days():
    now = timezone.now()
    assert ago(now - timedelta(days=1, hours=1)) in {"yesterday", "2 days ago"}
    assert ago(now - timedelta(days=5)) == "5 days ago"
    assert ago(now - timedelta(days=40)) == f"{now - timedelta(days=40):%Y-%m-%d}"
    assert ago(None) == "–"


def test_filters_are_there_without_loading():
    template = engines["django"].from_string(
        "{{ v|score:s }} {{ s|stderr }} {{ t|duration }} {{ p|parameter }} {{ d|points }} {{ q|percent }}"
    )
    shown = template.render({"v": 0.78412, "s": 0.016, "t": 5.7, "p": 5e-8, "d": 0.036, "q": 0.42})
    assert shown == "0.784 0.016 5.7 s 5e−8 +3.6 42 %"
