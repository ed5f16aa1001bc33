"""New Table Mapping: two tables and a direction, then the fields, checked against both systems as they are now."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from integration.connection.live_systems import LiveSystems
from integration.forms.mapping.fields import describe
from integration.mappings.build_rule import problem_of, translated_pairs
from integration.mappings.compatibility import compatible
from integration.mappings.own import NewPair, create_own, id_problem, modified_problem, proposals
from integration.models import TableMapping
from integration.models.mapping.choices import DIRECTIONS
from integration.sync.rules import Direction
from integration.systems.values import FieldType, Side, Table
from integration.systems.wording import field_name

RESERVED = {"new", "templates", "use-default", "fields", "steps"}
"""Words that addresses of the mapping pages begin with."""

MORE_ROWS = 4


class NewMappingForm(forms.Form):
    """The first step."""

    name = forms.SlugField(label="Name", max_length=20, help_text="At most 20 letters and digits, such as PROJECTS.")
    erp_table = forms.ChoiceField(label="Table (Business Central)")
    crm_table = forms.ChoiceField(label="Integration table (Dynamics 365 Sales)")
    direction = forms.ChoiceField(label="Direction", choices=DIRECTIONS, initial=Direction.BOTH.value)

    def __init__(self, *args: Any, live: LiveSystems, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.live = live
        self.erp: Table | None = None
        self.crm: Table | None = None
        for name, side in (("erp_table", Side.ERP), ("crm_table", Side.CRM)):
            choices = [(table, f"{label} · {table}") for table, label in live.tables(side)]
            cast(forms.ChoiceField, self.fields[name]).choices = [("", "—"), *choices]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip().upper()
        if name.lower() in RESERVED:
            raise forms.ValidationError("This word has a meaning of its own here; choose another one.")
        if TableMapping.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a mapping of this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.erp, self.crm = (self._described(side) for side in (Side.ERP, Side.CRM))
        return cleaned

    def _described(self, side: Side) -> Table | None:
        name = self.cleaned_data.get(f"{side}_table")
        table = self.live.table(side, name) if name else None
        if name and table is None:
            reason = self.live.problems.get(side) or self.live.missing.get((side, name), "")
            self.add_error(f"{side}_table", reason or "This table is not there.")
        return table

    def fields_step(self, posted: Any = None) -> PairFormSet | None:
        """The second step, ``None`` while the first one is not answered."""
        if not self.is_valid() or self.erp is None or self.crm is None:
            return None
        return pair_formset(self.erp, self.crm, self.way, posted)

    def columns_step(self, posted: Any = None) -> ColumnsForm | None:
        """The part of the second step that says what the rows of Sales are known by."""
        if not self.is_valid() or self.erp is None or self.crm is None:
            return None
        return ColumnsForm(posted, table=self.crm)

    def create(self, columns: ColumnsForm, formset: PairFormSet) -> TableMapping:
        """Both steps are valid: make the mapping."""
        if self.erp is None or self.crm is None:
            raise ValueError("Both tables are described when the first step is valid.")
        name, modified = self.cleaned_data["name"], columns.cleaned_data["modified_field"]
        return create_own(name, self.erp, self.crm, self.way, formset.pairs(), modified)

    @property
    def way(self) -> Direction:
        return Direction(self.cleaned_data["direction"])

    @property
    def way_label(self) -> str:
        return dict(DIRECTIONS)[self.cleaned_data["direction"]]


class ColumnsForm(forms.Form):
    """What the rows of the integration table are known by, and what tells that one was changed; both as the table has
    it itself, unless a person chooses otherwise. Not told: as the table has it."""

    id_field = forms.ChoiceField(label="Id column (Dynamics 365 Sales)", required=False)
    modified_field = forms.ChoiceField(label="Modified-on column (Dynamics 365 Sales)", required=False)

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        own = f"{table.modified_field} (the table's own)" if table.modified_field else "—"
        by_itself = "Change tracking (the table's own way, with deletions)" if table.tracks_changes else own
        ids = _columns(table)[1:] if table.id_field else [("", "The id (GUID) of a row"), *_columns(table)[1:]]
        self._offer("id_field", ids, table.id_field, "Couplings keep what this column holds.")
        blank = [("", by_itself)]
        moments = [(n, label) for n, label in _columns(table)[1:] if table.fields[n].type is FieldType.DATETIME]
        others = [one for one in moments if table.tracks_changes or one[0] != table.modified_field]
        hint = "Another column is read from its latest value on; deletions are then found by full runs."
        self._offer("modified_field", blank + others, "", hint)

    def _offer(self, name: str, choices: list[tuple[str, str]], chosen: str, help_text: str) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices, field.initial, field.help_text = choices, chosen, help_text
        field.widget.attrs["class"] = "form-select"
        kind = "column" if name == "id_field" else "date and time column"
        field.error_messages["invalid_choice"] = f"Choose a {kind} of this table."

    def clean_id_field(self) -> str:
        name = str(self.cleaned_data["id_field"]) or self.table.id_field
        if problem := id_problem(self.table, name):
            raise forms.ValidationError(problem)
        return name

    def clean_modified_field(self) -> str:
        name = str(self.cleaned_data["modified_field"])
        if problem := modified_problem(self.table, name):
            raise forms.ValidationError(problem)
        return name


class PairForm(forms.Form):
    """One pair of fields; both blank: the line is not used."""

    erp_field = forms.ChoiceField(required=False)
    crm_field = forms.ChoiceField(required=False)
    direction = forms.ChoiceField(choices=DIRECTIONS)
    match_priority = forms.IntegerField(min_value=0, max_value=99, required=False)

    def __init__(self, *args: Any, erp: Table, crm: Table, way: Direction, pairs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.erp, self.crm, self.way, self.pairs = erp, crm, way, pairs
        self.fields["direction"].initial = way.value
        cast(forms.ChoiceField, self.fields["erp_field"]).choices = _columns(erp)
        cast(forms.ChoiceField, self.fields["crm_field"]).choices = _columns(crm)
        labels = {"erp_field": "Field", "crm_field": "Integration field", "direction": "Direction"}
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{labels.get(name, 'Match priority')}, line {self.prefix}"
            small = (
                "form-select form-select-sm" if isinstance(field, forms.ChoiceField) else "form-control form-control-sm"
            )
            field.widget.attrs["class"] = small

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        erp, crm = (
            self.erp.fields.get(cleaned.get("erp_field") or ""),
            self.crm.fields.get(cleaned.get("crm_field") or ""),
        )
        if (erp is None) != (crm is None):
            self.add_error("crm_field" if crm is None else "erp_field", "Choose a field on both sides.")
        elif erp is not None and crm is not None and cleaned.get("direction"):
            direction = Direction(cleaned["direction"])
            reason = compatible(erp, crm, direction) or problem_of(erp, crm, direction, self.crm.name, self.pairs)
            if not set(direction.passes) & set(self.way.passes):
                self.add_error("direction", "The mapping does not go this way.")
            elif reason:
                self.add_error("crm_field", reason)
        return cleaned

    @property
    def pair(self) -> NewPair | None:
        given = self.cleaned_data
        if not given.get("erp_field"):
            return None
        priority = given.get("match_priority") or 0
        return NewPair(given["erp_field"], given["crm_field"], Direction(given["direction"]), priority)


class PairFormSet(forms.BaseFormSet):
    """The fields of the new mapping: every direction must be carried by one, and no pair may come twice."""

    way: Direction

    def clean(self) -> None:
        if any(form.errors for form in self.forms):
            return
        pairs = self.pairs()
        missing = [one for one in self.way.passes if not any(pair.direction.includes(one) for pair in pairs)]
        if missing:
            names = ", ".join(dict(DIRECTIONS)[one.value] for one in missing)
            raise forms.ValidationError(f"No field goes this way: {names}.")
        if len({(pair.erp_field, pair.crm_field) for pair in pairs}) < len(pairs):
            raise forms.ValidationError("A pair is there twice.")

    def pairs(self) -> list[NewPair]:
        return [pair for form in cast(list[PairForm], self.forms) if (pair := form.pair) is not None]


def pair_formset(erp: Table, crm: Table, way: Direction, posted: Any = None) -> PairFormSet:
    """The lines of the second step, filled with what the names of the fields suggest."""
    pairs = translated_pairs(TableMapping())
    initial = [
        {"erp_field": one.erp_field, "crm_field": one.crm_field, "direction": one.direction.value}
        for one in (proposals(erp, crm, way, pairs) if posted is None else ())
    ]
    maker = forms.formset_factory(PairForm, formset=PairFormSet, extra=MORE_ROWS, max_num=200, absolute_max=200)
    choices = {"erp": erp, "crm": crm, "way": way, "pairs": pairs}
    formset: Any = maker(posted, initial=initial, prefix="pair", form_kwargs=choices)
    formset.way = way
    return cast(PairFormSet, formset)


def _columns(table: Table) -> list[tuple[str, str]]:
    fields = sorted(table.fields.values(), key=lambda field: field_name(field).casefold())
    return [("", "—")] + [(one.name, f"{field_name(one)} · {one.name} · {describe(one)}") for one in fields]
