"""The Connection Setup page as it is read and saved."""

from django.http import HttpResponse
from django.test import Client

PAGE = "/connection/"


def shown(client: Client) -> dict[str, str]:
    """What the form shows, ready to be sent back."""
    form = client.get(PAGE).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}


def save(client: Client, **changes: object) -> HttpResponse:
    return client.post(PAGE, {**shown(client), **changes}, follow=True)
