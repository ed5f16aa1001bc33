"""VAT Posting Setup: the two kinds of groups, and the rate of each pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import ProtectedError, QuerySet

from integration.business_central.models import VatBusinessPostingGroup, VatPostingSetup, VatProductPostingGroup
from integration.business_central.row_versions import lock_company
from integration.forms.documents.values import plain as shortest
from integration.forms.lines import aligned
from integration.forms.number import TypedNumberField
from integration.forms.versioned import Stored, VersionedSet
from integration.mappings.flows import try_again
from integration.models.stored.audit import AuditEntry, record
from integration.pages.amounts import plain
from integration.systems.refusals import VatSetupMissing

KEY = "system_id"


class LineForm(forms.ModelForm):
    """One line of a table; every input says which line it is of."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ModelChoiceField)
            field.widget.attrs |= {
                "class": "form-select form-select-sm" if is_choice else "form-control form-control-sm",
                "aria-label": f"{field.label}, line {self.prefix}",
            }


class RateForm(LineForm):
    class Meta:
        model = VatPostingSetup
        fields = ["vat_bus_posting_group", "vat_prod_posting_group", "vat_identifier", "vat_percent"]
        field_classes = {"vat_percent": TypedNumberField}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial["vat_percent"] = shortest(self.instance.vat_percent) if self.instance.vat_identifier else ""
        for name in ("vat_bus_posting_group", "vat_prod_posting_group"):
            cast(forms.ModelChoiceField, self.fields[name]).empty_label = "(blank)"
        for name, width in (("vat_identifier", "short-code"), ("vat_percent", "few-digits")):
            self.fields[name].widget.attrs["class"] += f" {width}"  # The names of the groups need the room.


class BusinessGroupForm(LineForm):
    class Meta:
        model = VatBusinessPostingGroup
        fields = ["code", "description"]


class ProductGroupForm(LineForm):
    class Meta:
        model = VatProductPostingGroup
        fields = ["code", "description"]


class SetupFormSet(VersionedSet, forms.BaseModelFormSet):
    """All lines of one table, saved together or not at all."""

    model: type[Any]
    tried_again = 0

    def rows(self) -> Sequence[QuerySet[Any]]:
        return []

    def stored(self) -> Stored:
        return Stored(dict(map(described, self.model._default_manager.all())))

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs |= {"class": "form-check-input", "aria-label": f"Delete line {form.prefix}"}

    def _hold(self) -> str:
        """Nobody else writes from here on: a line that is added is as much a change as one that is there."""
        lock_company()
        return super()._hold()

    def store(self) -> None:
        before = self.now.values
        self.save()
        after = self.stored().values
        if after != before:
            changed = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
            record(
                AuditEntry.Action.CHANGED,
                str(self.model._meta.verbose_name),
                before={name: before[name] for name in changed if name in before},
                after={name: after[name] for name in changed if name in after},
            )
            self.tried_again = try_again([VatSetupMissing.code])

    def saved(self) -> bool:
        """Save, or say which group is still in use."""
        try:
            return super().saved()
        except ProtectedError as error:
            names = sorted({str(row._meta.verbose_name) for row in error.protected_objects})
            self.refuse(f"A group that is to be deleted is still used: {', '.join(names)}. Take it out there first.")
            return False


def described(row: Any) -> tuple[str, str]:
    """What a line is called, and what it says."""
    if isinstance(row, VatPostingSetup):
        groups = (row.vat_bus_posting_group, row.vat_prod_posting_group)
        name = " / ".join(group.code if group else "(blank)" for group in groups)
        return name, f"{row.vat_identifier} {plain(row.vat_percent)}%"
    return str(row.code), str(row.description)


def _made(form: Any, prefix: str, posted: Any) -> SetupFormSet:
    model = form.Meta.model
    rows = model.objects.all()
    maker = forms.modelformset_factory(model, form=form, formset=SetupFormSet, extra=1, can_delete=True)
    sent = posted and aligned(posted, prefix, list(rows), form.Meta.fields, KEY)
    formset: Any = maker(sent, queryset=rows, prefix=prefix)
    formset.begin()
    return cast(SetupFormSet, formset)


def rate_formset(posted: Any = None) -> SetupFormSet:
    """The rates."""
    return _made(RateForm, "rate", posted)


def business_formset(posted: Any = None) -> SetupFormSet:
    """Whom is sold to."""
    return _made(BusinessGroupForm, "business", posted)


def product_formset(posted: Any = None) -> SetupFormSet:
    """What is sold."""
    return _made(ProductGroupForm, "product", posted)
