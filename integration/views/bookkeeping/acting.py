"""A form of posting as a page: who may, what is asked, what was done, and where one is led afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from integration.models.people.rights import POST_PAYMENT

needs_bookkeeper = permission_required(POST_PAYMENT, raise_exception=True)


def posted(request: HttpRequest, form: Any, template: str, back: str, **more: object) -> HttpResponse:
    """Ask with GET and post with POST; then the page ``back``, with what was done in words."""
    if request.method == "POST" and form.saved():
        messages.success(request, form.message)
        return redirect(back)
    return render(request, template, {"form": form, "row": form.row, "back": back, **more})
