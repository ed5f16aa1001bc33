"""Users: who may sign in, in which groups, with which web service access key; and everybody's own password."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from integration.forms.users import NewPersonForm, PersonForm
from integration.forms.versioned import made
from integration.models import ConnectionSetup, User, WebServiceKey
from integration.models.people.access_key import change_key, key_of, revoke_key
from integration.models.people.rights import MANAGE_USERS, READ_AVAILABILITY
from integration.people.lockout import is_locked_out, unlock
from integration.people.second_factor import factors_of

may_manage = permission_required(MANAGE_USERS, raise_exception=True)
PASSWORDS = ("password1", "password2", "new_password1", "new_password2", "old_password")
UNREADABLE = "This key signs in to nothing until the person is in the group Availability or Administrator."


@may_manage
@require_GET
def users(request: HttpRequest) -> HttpResponse:
    """``/users/``"""
    valid = Prefetch("web_service_keys", WebServiceKey.objects.filter(revoked_at=None), to_attr="valid_keys")
    people = User.objects.prefetch_related("groups", valid).order_by("username")
    return render(request, "integration/users.html", {"people": people})


@may_manage
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters(*PASSWORDS)
def user_new(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    person = made(form, form.save) if request.method == "POST" and form.is_valid() else None
    if person is not None:
        messages.success(request, f"{person} may sign in now.")
        return redirect("user", person.pk)
    return render(request, "integration/user_new.html", {"form": form})


@may_manage
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, id: int) -> HttpResponse:
    """``/users/<id>/``: names, groups, active; POST saves."""
    person = get_object_or_404(User, pk=id)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.saved():
        messages.success(request, f"{person} is saved.")
        _say_sales_follows(request, person)
        return redirect("user", id)
    shown = {
        "person": get_object_or_404(User, pk=id),
        "form": form,
        "key": key_of(person),
        "locked": is_locked_out(person),
        "factors": factors_of(person),
    }
    return render(request, "integration/user.html", shown)


@may_manage
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters(*PASSWORDS)
def user_password(request: HttpRequest, id: int) -> HttpResponse:
    """A password that an administrator gives somebody; who is signed in elsewhere as that person is signed out."""
    person = get_object_or_404(User, pk=id)
    form = SetPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        if person == request.user:
            update_session_auth_hash(request, person)
        messages.success(request, f"{person} has a new password.")
        return redirect("user", id)
    return render(request, "integration/password.html", {"form": form, "person": person})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters(*PASSWORDS)
def own_password(request: HttpRequest) -> HttpResponse:
    """Everybody's own password; it asks for the present one."""
    person = cast(User, request.user)
    form = PasswordChangeForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, "Your password is changed.")
        return redirect("home")
    shown = {"form": form, "person": None, "second_factor": settings.SECOND_FACTOR != "off"}
    return render(request, "integration/password.html", shown)


@may_manage
@require_POST
def user_unlock(request: HttpRequest, id: int) -> HttpResponse:
    """Let somebody try again who was locked out after too many wrong passwords."""
    person = get_object_or_404(User, pk=id)
    unlock(person)
    messages.success(request, f"{person} may try to sign in again.")
    return redirect("user", id)


def _waits(person: User) -> bool:
    """Is there something that Sales is still to be given notice of, about whom it asks as?"""
    setup = ConnectionSetup.current()
    return setup.odata_user_id == person.pk and bool(setup.pending_notice)


def _say_sales_follows(request: HttpRequest, person: User) -> None:
    if _waits(person):
        messages.info(request, f"Dynamics 365 Sales asks for item availability as {person}, and learns of it soon.")


@may_manage
@require_POST
@never_cache
def user_key(request: HttpRequest, id: int) -> HttpResponse:
    """Change Web Service Key: this answer alone shows it."""
    person = get_object_or_404(User, pk=id)
    shown = {"person": person, "key": change_key(person), "handed_over": _waits(person)}
    shown["warning"] = "" if person.has_perm(READ_AVAILABILITY) else UNREADABLE
    return render(request, "integration/user_key.html", shown)


@may_manage
@require_POST
def user_key_revoke(request: HttpRequest, id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=id)
    gone = revoke_key(person)
    messages.success(request, "The key is revoked." if gone else f"{person} has no key.")
    _say_sales_follows(request, person)
    return redirect("user", id)
