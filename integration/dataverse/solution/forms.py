"""What people see: forms and views of our tables, the quick view, and how a form of theirs gets something more."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from integration.dataverse.solution.description import Column, Place, Solution, Table
from integration.dataverse.solution.xml import Element, label, localized, tree

OURS = uuid.UUID("7c1a8a52-5a2c-4a4e-9d5e-0f3d9a1b7e21")
"""The root of ids that follow from names, so that every build has the same."""
CONTROLS = {
    "text": "{4273EDBD-AC1D-40d3-9FB2-095C621B552D}",
    "memo": "{E0DECE4B-6FC8-4a8f-A065-082708572369}",
    "money": "{533B9E00-756B-4312-95A0-DC888637AC78}",
    "date": "{5B773807-9FB2-42db-97C3-7A91EFF8ADFF}",
    "datetime": "{5B773807-9FB2-42db-97C3-7A91EFF8ADFF}",
    "whole": "{C6D124CA-7EDA-4a60-AEA9-7FB8D318B68F}",
    "yesno": "{67FAC785-CD58-4f9f-ABB3-4B7DDC6ED5ED}",
    "lookup": "{270BD3DB-D9AF-4782-9025-509E298DEC0A}",
}
"""The classes of controls that forms know."""
QUICK_VIEW = "{5C5600E0-1D6E-4205-A272-BE80DA87FD42}"
WEB_RESOURCE = "{9FDF5F91-88B1-47f4-AD53-C11EFC01A01D}"


def own_id(*words: str) -> str:
    """An id that follows from the words, in braces."""
    return "{" + str(uuid.uuid5(OURS, "/".join(words))) + "}"


def main_form(solution: Solution, table: Table) -> Element:
    """One tab with all columns."""
    return _form(own_id("form", table.name), table.title, table, table.columns)


def quick_view(solution: Solution, table: Table) -> Element:
    """What the account form shows of the statistics."""
    number = "{" + solution.quick_view["id"] + "}"
    return _form(number, solution.quick_view["title"], table, [one for one in table.columns if not one.primary])


def _form(number: str, title: str, table: Table, columns: Iterable[Column]) -> Element:
    rows = tree("rows", *(tree("row", _cell(table, column)) for column in columns))
    section = tree("section", label(title), rows, name="details", showlabel="true", id=own_id("section", number))
    column = tree("column", tree("sections", section), width="100%")
    tab = tree("tab", label(title), tree("columns", column), name="general", id=own_id("tab", number))
    return tree(
        "systemform",
        tree("formid", number),
        tree("IntroducedVersion", "1.0.0.0"),
        tree("FormPresentation", "1"),
        tree("form", tree("tabs", tab)),
        localized("LocalizedName", title),
    )


def _cell(table: Table, column: Column) -> Element:
    name = column.name.lower()
    control = tree("control", id=name, classid=CONTROLS[column.type], datafieldname=name, disabled="false")
    return tree("cell", label(column.label), control, id=own_id("cell", table.name, name))


def public_view(solution: Solution, table: Table) -> Element:
    """The list of active rows."""
    name, shown = table.name.lower(), [column.name.lower() for column in table.columns if column.type != "memo"][:6]
    cells = tree("row", *(tree("cell", name=one, width="150") for one in shown), name="result", id=f"{name}id")
    grid = tree("grid", cells, name="resultset", jump=shown[0], select="1", preview="1", icon="1")
    active = tree("filter", tree("condition", attribute="statecode", operator="eq", value="0"), type="and")
    columns = [tree("attribute", name=one) for one in [f"{name}id", *shown]]
    entity = tree("entity", *columns, tree("order", attribute=shown[0], descending="false"), active, name=name)
    return tree(
        "savedquery",
        tree("IsCustomizable", "1"),
        tree("isquickfindquery", "0"),
        tree("isprivate", "0"),
        tree("isdefault", "1"),
        tree("savedqueryid", own_id("view", name)),
        tree("layoutxml", grid),
        tree("querytype", "0"),
        tree("fetchxml", tree("fetch", entity, version="1.0", mapping="logical")),
        tree("IntroducedVersion", "1.0.0.0"),
        localized("LocalizedName", f"Active {table.titles}"),
    )


# --- placing something on a form that belongs to others ---------------------------------------------------------


def with_place(form: Element, place: Place, solution: Solution) -> bool:
    """Put what ``place`` says at the end of the form's first tab; ``False`` where it is there already, or the form has
    no place for it."""
    number = own_id("place", place.table, place.lookup or place.web)
    columns = form.find("./tabs/tab/columns/column/sections")
    if columns is None or any(section.get("id") == number for section in form.iter("section")):
        return False
    control = _quick_view_control(place, solution) if place.lookup else _web_control(place)
    cell = tree("cell", label(place.title), control, id=own_id("cell", number), showlabel="false", rowspan="6")
    rows = tree("rows", tree("row", cell), *(tree("row") for _ in range(5)))
    columns.append(tree("section", label(place.title), rows, name="bci_section", showlabel="true", id=number))
    return True


def _quick_view_control(place: Place, solution: Solution) -> Element:
    table = solution.quick_view["table"].lower()
    form = tree("QuickFormId", "{" + solution.quick_view["id"] + "}", entityname=table)
    parameters = tree("parameters", tree("QuickForms", tree("QuickFormIds", form)), tree("ControlMode", "Edit"))
    return tree(
        "control", parameters, id="bci_statistics", classid=QUICK_VIEW, datafieldname=place.lookup, disabled="false"
    )


def _web_control(place: Place) -> Element:
    parameters = tree(
        "parameters",
        tree("Url", place.web),
        tree("PassParameters", "false"),
        tree("Security", "false"),
        tree("Scrolling", "auto"),
        tree("Border", "false"),
    )
    return tree("control", parameters, id="WebResource_bci_availability", classid=WEB_RESOURCE)
