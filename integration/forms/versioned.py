"""Two people at one form: the second is told what the first one changed, and nothing is lost silently.

Every form and formset that changes something stored derives from :class:`Versioned`. Its page carries what it showed,
signed (``seen``). What is stored now is compared with that twice: when the form is checked, and again when it is saved,
with the row held, because a check may wait for an answer of the other system::

    Annette                             Esther
    opens the page (tenant: contoso)
                                        opens it too, saves tenant: fabrikam
    saves client id: 4711
      -> refused: "tenant: contoso -> fabrikam", her 4711 is still in its input, and she may save again
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.core import signing
from django.db import IntegrityError, models, transaction

SALT = "what was seen"
OVERTAKEN = "Somebody else saved this page while you had it open. "
SAVE_AGAIN = "What you entered is still here: save again to overwrite."
INCOMPLETE = "This page is incomplete. Load it again."
GONE = "Somebody else deleted this while you had it open. Go back to the list."
AT_ONCE = "Somebody else stored the same at the same moment. Look at it again, then save."
NOT_THERE = "not there"

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands behind a page: caption -> value as a person reads it. ``called`` says a caption for a person, and
    ``worded`` the value of one, where those are kept that stay the same while a system that knows the words does not
    answer."""

    values: Mapping[str, str] = field(default_factory=dict)
    called: Callable[[str], str] = str
    worded: Callable[[str, str], str] = lambda _, value: value

    def stamp(self) -> str:
        """Signed, to be sent back with the page."""
        return signing.dumps(dict(self.values), salt=SALT, compress=True)

    def changes_since(self, token: str, then: str = SAVE_AGAIN) -> str:
        """What changed since the page with this token was shown, as a message that ends with what to do ``then``; blank
        where nothing did."""
        try:
            before: dict[str, str] = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            return INCOMPLETE
        changes = [
            f"{self.called(label)}: “{self._value(before, label)}” → “{self._value(self.values, label)}”"
            for label in dict.fromkeys([*self.values, *before])
            if before.get(label) != self.values.get(label)
        ]
        return f"{OVERTAKEN}Changed meanwhile: {'; '.join(changes)}. {then}" if changes else ""

    def _value(self, values: Mapping[str, str], label: str) -> str:
        return self.worded(label, values[label]) if label in values else NOT_THERE


def made(form: Any, make: Callable[[], Made]) -> Made | None:
    """What ``make`` makes of a valid form; ``None`` and an error above the form where somebody else made the same at
    that moment."""
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        form.add_error(None, AT_ONCE)
        return None


def shown(instance: models.Model, names: Sequence[str]) -> dict[str, str]:
    """Label -> value of these columns, as a person reads them."""
    values = {}
    for name in names:
        column = instance._meta.get_field(name)
        value = getattr(instance, name)
        listed = ", ".join(value) if isinstance(value, list) else value
        text = str(dict(getattr(column, "flatchoices", None) or []).get(listed, "" if listed is None else listed))
        values[str(getattr(column, "verbose_name", name))] = {"True": "yes", "False": "no"}.get(text, text)
    return values


class Versioned:
    """Mixin of forms and formsets: ``saved`` instead of ``is_valid`` and ``save``."""

    now: Stored

    # --- what a form says of itself -----------------------------------------------------------------------------

    def rows(self) -> Sequence[models.QuerySet[Any]]:
        """The rows that nobody else may change while this is saved; each of these must be there."""
        raise NotImplementedError

    def stored(self) -> Stored:
        """What stands behind the page, read anew."""
        raise NotImplementedError

    def store(self) -> None:
        """Write what was entered. The rows are held."""
        raise NotImplementedError

    def after_storing(self) -> None:
        """What takes time (another system is asked), when the rows are free again."""

    def repeats(self) -> bool:
        """Is all that was sent stored already? Then nothing is overwritten: the form was sent twice, most likely."""
        raise NotImplementedError

    def token(self) -> str:
        """What was sent back of the page."""
        raise NotImplementedError

    def refuse(self, message: str) -> None:
        """Say so above the form, and let it be saved again over what is stored now."""
        raise NotImplementedError

    # --- the mechanism ------------------------------------------------------------------------------------------

    def refusal(self) -> str:
        """Why this page is too old to be saved, in words; blank: it is not."""
        message = self.now.changes_since(self.token())
        return "" if message.startswith(OVERTAKEN) and self.repeats() else message

    def saved(self) -> bool:
        """Check and save, unless somebody was faster, be it by a moment."""
        if not self.is_valid():  # type: ignore[attr-defined]
            return False
        try:
            with transaction.atomic():
                refusal = self._hold()
                if not refusal:
                    self.store()
        except models.ProtectedError:  # an IntegrityError too, and no matter of two people
            raise
        except IntegrityError:
            refusal = AT_ONCE
        if refusal:
            self.refuse(refusal)
            return False
        self.after_storing()
        return True

    def _hold(self) -> str:
        """Hold the rows and look once more; why not to go on, blank: go on."""
        if not all(list(rows.select_for_update(of=("self",))) for rows in self.rows()):
            return GONE
        self.now = self.stored()
        return self.refusal()


class VersionedInputs(Versioned):
    """The part of a form (not of a formset): the hidden input, and the check among the others of ``clean``."""

    data: Any
    fields: dict[str, forms.Field]

    def begin(self, now: Stored) -> None:
        """To be called by ``__init__`` when ``now``, what the page shows, is known."""
        self.now = now
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput(attrs={"id": False}), required=False, initial=now.stamp()
        )

    def clean(self) -> dict[str, Any]:
        message = self.refusal()
        if message:
            self.refuse(message)
        super().clean()  # type: ignore[misc]
        return self.cleaned_data  # type: ignore[attr-defined]

    def repeats(self) -> bool:
        return set(self.changed_data) <= {"seen"} and not any(map(self._is_ignored, self.fields))  # type: ignore[attr-defined]

    def _is_ignored(self, name: str) -> bool:
        """Was something typed here that the form does not take as things are now?"""
        bound = self[name]  # type: ignore[index]
        texts = (bound.field.prepare_value(bound.initial), bound.data)
        shown, sent = ("" if value is None else str(value).strip() for value in texts)
        return bound.field.disabled and bound.html_name in self.data and shown != sent

    def token(self) -> str:
        return str(self.data.get(self.add_prefix("seen"), ""))  # type: ignore[attr-defined]

    def refuse(self, message: str) -> None:
        self.add_error(None, message)  # type: ignore[attr-defined]
        if message != INCOMPLETE:
            self.retype("seen", self.now.stamp())

    def retype(self, name: str, value: str) -> None:
        """Show another value than the one that was sent."""
        typed = self.data.copy()
        typed[self.add_prefix(name)] = value  # type: ignore[attr-defined]
        self.data = typed


class VersionedForm(VersionedInputs, forms.ModelForm):
    """A form of one row that is there. Columns that nobody typed keep what others wrote there meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loaded = self._columns(self.instance)
        self.begin(self.stored_of(self.instance))

    def rows(self) -> Sequence[models.QuerySet[Any]]:
        return [type(self.instance)._default_manager.filter(pk=self.instance.pk)]

    def stored(self) -> Stored:
        self._fresh = type(self.instance)._default_manager.get(pk=self.instance.pk)
        return self.stored_of(self._fresh)

    def stored_of(self, row: Any) -> Stored:
        """What the page shows of this row."""
        names = [name for name in self._meta.fields or () if name in self.fields and hasattr(row, name)]
        return Stored({**shown(row, names), **self.besides(row)})

    def besides(self, row: Any) -> dict[str, str]:
        """What the page shows besides the columns of the form, or goes by."""
        return {}

    def store(self) -> None:
        for name, loaded in self._loaded.items():
            if getattr(self.instance, name) == loaded:
                setattr(self.instance, name, getattr(self._fresh, name))
        if hasattr(self._fresh, "_seen"):
            self.instance._seen = self._fresh._seen  # what others changed meanwhile is not this person's change
        self.save()

    @staticmethod
    def _columns(row: models.Model) -> dict[str, Any]:
        return {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}


class VersionedSet(Versioned):
    """Mixin of formsets; the page sends ``seen`` beside the management form."""

    data: Any
    forms: list[Any]

    def begin(self) -> None:
        """To be called before any row is read for the page: what is shown is then never older than its stamp."""
        self.now = self.stored()

    def stamp(self) -> str:
        return self.now.stamp()

    def clean(self) -> None:
        super().clean()  # type: ignore[misc]
        message = self.refusal()
        if message:
            raise forms.ValidationError(message)

    def repeats(self) -> bool:
        return not any(form.has_changed() for form in self.forms)

    def token(self) -> str:
        return str(self.data.get("seen", ""))

    def refuse(self, message: str) -> None:
        self.non_form_errors().append(message)  # type: ignore[attr-defined]
