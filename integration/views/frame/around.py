"""Small pages of the frame: running jobs, icons, the help sheet of the keyboard, the theme."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from integration.models import User
from integration.models.people.user import Theme
from integration.models.stored.audit import AuditEntry, record
from integration.pages.frame.icons import sprite

FOR_EVER = "public, max-age=31536000, immutable"
"""The address of the icons changes with them."""


@require_safe
def running_jobs(request: HttpRequest) -> HttpResponse:
    """``/synch/running/``: what the top bar says of the jobs that run now; it asks again by itself."""
    return render(request, "integration/frame/_running.html")


@require_safe
@login_not_required
def icons(request: HttpRequest) -> HttpResponse:
    """``/icons.svg``: all icons of the pages in one file."""
    return HttpResponse(sprite(), content_type="image/svg+xml", headers={"Cache-Control": FOR_EVER})


@require_safe
@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """``/favicon.ico``: what browsers ask for on pages that name no icon."""
    return redirect(static("icon.svg"), permanent=True)


@require_safe
def keyboard_help(request: HttpRequest) -> HttpResponse:
    """``/help/keyboard/``: a page, and the sheet that ``?`` opens."""
    template = "_keyboard" if request.headers.get("HX-Request") else "keyboard"
    return render(request, f"integration/frame/{template}.html")


@require_POST
def own_theme(request: HttpRequest) -> HttpResponse:
    """``/accounts/theme/``: how pages look, for this person alone; it ends where it began."""
    person, chosen = cast(User, request.user), request.POST.get("theme", "")
    if chosen in Theme.values and chosen != person.theme:
        before, person.theme = person.theme, chosen
        person.save(update_fields=["theme"])
        record(AuditEntry.Action.CHANGED, "user", person, {"theme": before}, {"theme": chosen})
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "home")
