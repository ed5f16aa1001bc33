"""A question before an action has an address of its own, so that Back and Reload show it again and send no form.

Whoever presses Delete Coupling in a list posts what is chosen; the answer leads to ``…/do/uncouple/?selected=…``, where
the question stands. Only its own form sends the word that does it: ``confirmed``, or which ``way``. What the address
asks is never done by looking at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from integration.pages.lists.every import EVERY
from integration.views.access import PageRequest

P = ParamSpec("P")
Acting = Callable[Concatenate[PageRequest, P], HttpResponse]
PREVIEW = "preview"
"""The button that shows what the chosen way would do."""
LONGEST = 3500
"""Characters of an address; a server in front of this one takes 4,000. With more than some 70 records the question
stays an answer to the form that asked it."""
CHOSEN = ("only", EVERY, "selected")
"""What says which records are meant; the first that a form holds says it alone: the row whose button was pressed, all
rows of the list, those that are ticked."""
KEPT = ("mapping", "way", "back")
"""What else of a form is a part of the question."""


def asks(answers: Mapping[str, str]) -> Callable[[Acting[P]], Acting[P]]:
    """A view of several actions (its argument ``action``), of which these ask first. ``answers``: what the form of each
    question sends. The other actions take a POST and nothing else."""

    def decorate(view: Acting[P]) -> Acting[P]:
        @wraps(view)
        def asked(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            answer = answers.get(str(kwargs["action"]))
            if request.method != "POST" and answer is None:
                return HttpResponseNotAllowed(["POST"])
            to = _address(request) if answer and not is_answered(request, answer) else ""
            return redirect(to) if to else view(request, *args, **kwargs)

        return require_http_methods(["GET", "POST"])(asked)

    return decorate


def is_answered(request: HttpRequest, answer: str = "confirmed") -> bool:
    """Has the person answered the question, and not only looked what an answer would do?"""
    return bool(request.POST.get(answer)) and PREVIEW not in request.POST


def _address(request: PageRequest) -> str:
    """Where the question of this form stands; blank where it does already, or where it has no room there."""
    if request.method != "POST" or request.htmx:
        return ""
    meant = next((name for name in CHOSEN if name in request.POST), "")
    asked = [(name, value) for name in (meant, *KEPT) for value in request.POST.getlist(name)]
    address = f"{request.path}?{urlencode(asked, safe='/')}"
    return address if len(address) <= LONGEST else ""
