"""The command "Open in Business Central" on the forms of tables whose records may be coupled."""

from __future__ import annotations

from integration.dataverse.solution.description import Solution, Table
from integration.dataverse.solution.xml import Element, tree

TITLE = "Open in Business Central"
SCRIPT = "openrecord.js"


def ribbon(solution: Solution, table: Table) -> Element:
    """What a table adds to its command bar; empty for one without a command."""
    if not table.command:
        return tree(
            "RibbonDiffXml",
            tree("CustomActions"),
            tree("Templates", tree("RibbonTemplates", Id="Mscrm.Templates")),
            tree("CommandDefinitions"),
        )
    name = f"{solution.publisher['prefix']}.{table.name.lower()}.Open"
    return tree(
        "RibbonDiffXml",
        tree("CustomActions", _action(name, table)),
        tree("Templates", tree("RibbonTemplates", Id="Mscrm.Templates")),
        tree("CommandDefinitions", _command(solution, name, table)),
        tree(
            "RuleDefinitions",
            tree("TabDisplayRules"),
            tree("DisplayRules"),
            tree("EnableRules", tree("EnableRule", _saved(), Id=f"{name}.Saved")),
        ),
        tree("LocLabels", _loc_label(name)),
    )


def _action(name: str, table: Table) -> Element:
    button = tree(
        "Button",
        Command=f"{name}.Command",
        Id=f"{name}.Button",
        LabelText=f"$LocLabels:{name}.Label",
        Sequence="95",
        TemplateAlias="o1",
        ModernImage="OpenInBrowser",
    )
    where = f"Mscrm.Form.{table.name.lower()}.MainTab.Actions.Controls._children"
    return tree("CustomAction", tree("CommandUIDefinition", button), Id=f"{name}.Action", Location=where, Sequence="95")


def _command(solution: Solution, name: str, table: Table) -> Element:
    script = f"$webresource:{solution.publisher['prefix']}_/{SCRIPT}"
    call = tree(
        "JavaScriptFunction",
        tree("CrmParameter", Value="PrimaryControl"),
        tree("StringParameter", Value=table.command),
        FunctionName="bci.open",
        Library=script,
    )
    rules = tree("EnableRules", tree("EnableRule", Id=f"{name}.Saved"))
    return tree("CommandDefinition", rules, tree("DisplayRules"), tree("Actions", call), Id=f"{name}.Command")


def _saved() -> Element:
    """A record that is not stored yet has no counterpart."""
    return tree("FormStateRule", State="Existing")


def _loc_label(name: str) -> Element:
    return tree("LocLabel", tree("Titles", tree("Title", description=TITLE, languagecode="1033")), Id=f"{name}.Label")
