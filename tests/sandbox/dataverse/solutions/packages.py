"""Solution files of a bookshop, put together from their parts, and their import."""

from __future__ import annotations

import base64
import io
import zipfile

import requests

from tests.sandbox.conftest import Caller

CONTENT_TYPES = '<Types><Default Extension="xml" ContentType="application/octet-stream" /></Types>'
MANIFEST = (
    '<ImportExportXml SolutionPackageVersion="{format}"><SolutionManifest><UniqueName>Bookshop</UniqueName>'
    "<Version>{version}</Version><Managed>{managed}</Managed><Publisher><UniqueName>{publisher}</UniqueName>"
    "<CustomizationPrefix>new</CustomizationPrefix></Publisher></SolutionManifest></ImportExportXml>"
)
BOOK = (
    "<ImportExportXml><Entities><Entity><Name>new_Book</Name><EntityInfo><entity Name='new_Book'><attributes>"
    "<attribute PhysicalName='new_BookId'><Type>primarykey</Type></attribute>"
    "<attribute PhysicalName='new_Title'><Type>nvarchar</Type><MaxLength>40</MaxLength>"
    "<DisplayMask>PrimaryName</DisplayMask></attribute>"
    "{column}</attributes><OwnershipTypeMask>UserOwned</OwnershipTypeMask></entity></EntityInfo></Entity></Entities>"
    "<Roles><Role id='{{5f7e0c1e-0000-4000-8000-000000000001}}' name='Bookseller'><RolePrivileges>"
    "<RolePrivilege name='prvReadnew_Book' level='Global' /></RolePrivileges></Role></Roles></ImportExportXml>"
)
PAGES = "<attribute PhysicalName='new_Pages'><Type>{}</Type>{}</attribute>"
KEY = "<EntityKeys><EntityKey Name='new_Key'><EntityKeyAttributes><AttributeName>{}</AttributeName>"
KEY += "</EntityKeyAttributes></EntityKey></EntityKeys></entity>"
WEB = "<WebResources><WebResource><WebResourceId>{{5f7e0c1e-0000-4000-8000-000000000002}}</WebResourceId>"
WEB += "<Name>new_/x.js</Name><WebResourceType>{}</WebResourceType><FileName>/solution.xml</FileName></WebResource>"
WEB += "</WebResources></ImportExportXml>"


def manifest(version: str = "1.0.0.0", managed: int = 0, publisher: str = "shop", format: str = "9.2") -> str:
    return MANIFEST.format(version=version, managed=managed, publisher=publisher, format=format)


def package(**files: str) -> str:
    """A zip as base64 text; the usual files unless others are given (blank: left out)."""
    held = {"types": CONTENT_TYPES, "solution": manifest(), "customizations": BOOK.format(column=""), **files}
    names = {"types": "[Content_Types].xml", "solution": "solution.xml", "customizations": "customizations.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for key, text in held.items():
            if text:
                made.writestr(names[key], text)
    return base64.b64encode(out.getvalue()).decode()


def bring(call: Caller, content: str) -> requests.Response:
    return call("POST", "ImportSolution", {"CustomizationFile": content, "PublishWorkflows": True})


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]
