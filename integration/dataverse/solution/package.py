"""The zip an organization imports: ``[Content_Types].xml``, ``solution.xml``, ``customizations.xml`` and web resources.

The same description gives the same bytes, whenever and wherever it is built.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache

from integration.dataverse.solution.description import Role, Solution, Table, Web, describe
from integration.dataverse.solution.forms import own_id
from integration.dataverse.solution.tables import entities, relationships
from integration.dataverse.solution.xml import Element, document, localized, tree

PACKAGE_VERSION = "9.2"
"""The version of the format."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip can name: no build has one of its own."""
WEB_TYPES = {"html": "1", "css": "2", "js": "3", "svg": "11"}
TABLE, ROLE, WEB = "1", "20", "61"
"""Numbers of kinds of components."""
WHOLE, SOME = "0", "1"
"""A component with all that belongs to it, or only with what is listed."""


@cache
def build(solution: Solution | None = None) -> bytes:
    """The zip."""
    solution = solution or describe()
    files = {
        "[Content_Types].xml": document(_content_types(solution)),
        "solution.xml": document(_manifest(solution)),
        "customizations.xml": document(_customizations(solution)),
        **{_path(web): web.content for web in solution.webs},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            package.writestr(entry, content)
    return out.getvalue()


def _content_types(solution: Solution) -> Element:
    endings = sorted({"xml", *(web.name.rpartition(".")[2] for web in solution.webs)})
    kinds = [tree("Default", Extension=ending, ContentType="application/octet-stream") for ending in endings]
    return tree("Types", *kinds, xmlns="http://schemas.openxmlformats.org/package/2006/content-types")


def _manifest(solution: Solution) -> Element:
    publisher = solution.publisher
    return _import_export(
        tree(
            "SolutionManifest",
            tree("UniqueName", solution.name),
            localized("LocalizedName", solution.title),
            localized("Description", solution.description),
            tree("Version", solution.version),
            tree("Managed", "1"),
            tree(
                "Publisher",
                tree("UniqueName", publisher["name"]),
                localized("LocalizedName", publisher["title"]),
                tree("Descriptions"),
                tree("EMailAddress"),
                tree("SupportingWebsiteUrl"),
                tree("CustomizationPrefix", publisher["prefix"]),
                tree("CustomizationOptionValuePrefix", str(publisher["option_prefix"])),
                tree("Addresses"),
            ),
            tree("RootComponents", *_components(solution)),
            tree("MissingDependencies"),
        ),
        version=PACKAGE_VERSION,
        SolutionPackageVersion=PACKAGE_VERSION,
        languagecode="1033",
        generatedBy="OnPremise",
    )


def _components(solution: Solution) -> list[Element]:
    def table(one: Table) -> Element:
        return tree("RootComponent", type=TABLE, schemaName=one.name.lower(), behavior=WHOLE if one.own else SOME)

    return [
        *(table(one) for one in solution.tables),
        *(tree("RootComponent", type=ROLE, id=f"{{{role.id}}}", behavior=WHOLE) for role in solution.roles),
        *(tree("RootComponent", type=WEB, schemaName=web.name, behavior=WHOLE) for web in solution.webs),
    ]


def _customizations(solution: Solution) -> Element:
    empty = ("Workflows", "FieldSecurityProfiles", "Templates", "EntityMaps")
    rest = ("OrganizationSettings", "optionsets", "CustomControls", "EntityDataProviders")
    return _import_export(
        entities(solution),
        tree("Roles", *(_role(role) for role in solution.roles)),
        *(tree(name) for name in empty),
        relationships(solution),
        *(tree(name) for name in rest),
        tree("WebResources", *(_web(web, solution) for web in solution.webs)),
        tree("Languages", tree("Language", "1033")),
    )


def _role(role: Role) -> Element:
    held = [tree("RolePrivilege", name=name, level=depth) for name, depth in sorted(role.privileges.items())]
    return tree("Role", tree("RolePrivileges", *held), id=f"{{{role.id}}}", name=role.name, isinherited="1")


def _web(web: Web, solution: Solution) -> Element:
    return tree(
        "WebResource",
        tree("WebResourceId", own_id("web", web.name)),
        tree("Name", web.name),
        tree("DisplayName", web.title),
        tree("WebResourceType", WEB_TYPES[web.name.rpartition(".")[2]]),
        tree("IntroducedVersion", "1.0.0.0"),
        tree("IsCustomizable", "0"),
        tree("FileName", f"/{_path(web)}"),
    )


def _path(web: Web) -> str:
    return f"WebResources/{web.name.replace('/', '')}"


def _import_export(*inside: Element, **attributes: str) -> Element:
    return tree("ImportExportXml", *inside, **attributes)
