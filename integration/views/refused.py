"""Buttons whose form has no page of its own: what was refused is said on the page that comes next."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest


def show_errors(request: HttpRequest, form: forms.BaseForm) -> None:
    """Every error of the form as a message."""
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
