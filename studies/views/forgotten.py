"""A new password by e-mail, where the site can send any: Django's own views under our templates. Elsewhere these pages
are not there, and an owner of the team or whoever runs the site makes a link."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from studies.forms.accounts import ForgottenForm, NewPasswordForm

from .accounts import BACKEND
from .addresses import address_of

View = Callable[..., HttpResponseBase]


def where_mail_is_set_up(view: View) -> View:
    @login_not_required
    @never_cache
    @wraps(view)
    def only_there(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        if not settings.EMAIL_URL:
            raise Http404("This site sends no e-mail.")
        return view(request, **arguments)

    return only_there


@where_mail_is_set_up
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponseBase:
    view = PasswordResetView.as_view(
        template_name="accounts/forgot.html",
        form_class=ForgottenForm,
        email_template_name="accounts/forgot_mail.txt",
        subject_template_name="accounts/forgot_subject.txt",
        success_url=reverse_lazy("forgot_sent"),
        # Not by the Host of whoever asks, who need not be the person that gets the mail.
        extra_email_context={"site": address_of(request, "/").rstrip("/")},
    )
    return view(request)


@where_mail_is_set_up
@require_safe
def forgot_sent(request: HttpRequest) -> HttpResponseBase:
    """The same whether the address has an account or not."""
    return render(request, "accounts/forgot_sent.html")


@where_mail_is_set_up
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_choose(request: HttpRequest, uidb64: str, token: str) -> HttpResponseBase:
    view = PasswordResetConfirmView.as_view(
        template_name="accounts/forgot_choose.html",
        form_class=NewPasswordForm,
        success_url=reverse_lazy("studies"),
        post_reset_login=True,
        post_reset_login_backend=BACKEND,
    )
    return view(request, uidb64=uidb64, token=token)
