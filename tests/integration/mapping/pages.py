"""The pages of mappings and their fields, as people read and change them."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from integration.models import TableMapping


def the(name: str) -> TableMapping:
    return TableMapping.objects.get(name=name)


def shown(client: Client, name: str = "CUSTOMER") -> dict[str, str]:
    form = client.get(f"/mappings/{name}/").context["form"]
    values = {field: form[field].value() for field in form.fields}
    return {field: "on" if value is True else value for field, value in values.items() if value is not False}


def save(client: Client, name: str = "CUSTOMER", **changes: object) -> HttpResponse:
    return client.post(f"/mappings/{name}/", {**shown(client, name), **changes}, follow=True)


def lines(client: Client) -> dict[str, str]:
    """The field list as it would be sent back."""
    formset = client.get("/mappings/CUSTOMER/fields/").context["formset"]
    values = {f"form-{name}": value for name, value in formset.management_form.initial.items()}
    values["seen"] = formset.stamp()
    for form in formset:
        for name in form.fields:
            value = form[name].value()
            value = getattr(value, "pk", value)
            if value is not None and value is not False:
                values[form.add_prefix(name)] = "on" if value is True else value
    return values


def line_of(client: Client, crm_field: str) -> str:
    formset = client.get("/mappings/CUSTOMER/fields/").context["formset"]
    return next(form.prefix for form in formset if form.instance.crm_field == crm_field)


def change(client: Client, crm_field: str, **changes: object) -> HttpResponse:
    line, values = line_of(client, crm_field), lines(client)
    for name, value in changes.items():
        if value is None:
            values.pop(f"{line}-{name}", None)
        else:
            values[f"{line}-{name}"] = value
    return client.post("/mappings/CUSTOMER/fields/", values, follow=True)


def errors(answer: Any) -> dict:
    return {name: error for form in answer.context["formset"] for name, error in form.errors.items()}
