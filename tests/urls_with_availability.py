"""The addresses of the application, and one at which Sales could ask for item availability."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from integration.project.urls import urlpatterns as ours


def answer(request: HttpRequest, company: str) -> HttpResponse:
    return HttpResponse(company)


urlpatterns = [*ours, path("ODataV4/Company('<str:company>')/ProductItemAvailability", answer)]
