"""Is the process alive, and can the site do its work? For load balancers and watchdogs: public, without secrets."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studies.engine import vital_signs


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """A word per part; 503 unless every word is ok. A second at most, whatever hangs."""
    words = vital_signs.words()
    return JsonResponse(words, status=200 if set(words.values()) == {"ok"} else 503)
