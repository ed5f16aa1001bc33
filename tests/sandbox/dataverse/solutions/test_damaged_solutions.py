"""A damaged solution file is refused, wherever it is damaged, and the page that sent it says why."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.dataverse.solution.description import describe
from integration.dataverse.solution.package import build
from integration.sandbox.dataverse.solutions import opening
from integration.sandbox.dataverse.solutions.package import read_package
from integration.sandbox.shell.refusal import Refusal
from tests.sandbox.conftest import Caller

GOOD = build(describe())
CODES = {"0x80048060", "0x8004802c", "0x80048068"}
NAMES = ("[Content_Types].xml", "solution.xml", "customizations.xml")


def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as package:
        return {entry.filename: package.read(entry) for entry in package.infolist()}


def packed(content: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, one in content.items():
            package.writestr(name, one)
    return written.getvalue()


def code_of(content: bytes) -> str:
    """Blank for a file that can be read."""
    try:
        read_package(content)
    except Refusal as refused:
        return refused.code if refused.status == 400 else str(refused.status)
    return ""


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_bytes_that_changed_on_the_way_are_refused_or_do_no_harm(changed: list[tuple[int, int]]) -> None:
    content = bytearray(GOOD)
    for place, byte in changed:
        content[place] = byte

    assert code_of(bytes(content)) in CODES | {""}


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_list_of_contents_is_refused_or_does_no_harm(changed: list[tuple[int, int]]) -> None:
    content = bytearray(GOOD)
    for place, byte in changed:
        content[-place] = byte

    assert code_of(bytes(content)) in CODES | {""}


@given(st.integers(0, len(GOOD) - 1))
def test_a_file_that_was_cut_off_is_refused(length: int) -> None:
    assert code_of(GOOD[:length]) in CODES


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 3000), st.integers(1, 200), st.binary(max_size=20))
def test_xml_with_a_piece_missing_is_refused_or_does_no_harm(
    name: str, place: int, length: int, instead: bytes
) -> None:
    content = files()
    text = content[name]
    content[name] = text[:place] + instead + text[place + length :]

    assert code_of(packed(content)) in CODES | {""}


@pytest.mark.parametrize("encoding", ["utf-7", "nonsense", "shift_jis", "utf-16"])
def test_xml_in_an_encoding_that_nobody_knows_is_refused(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><ImportExportXml/>'.encode()

    assert code_of(packed({**files(), "solution.xml": text})) == "0x8004802c"


@pytest.mark.parametrize("version", ["9" * 5_000, "9.9999", "x.y", "\u00b2.0"])
def test_a_format_of_any_number_is_read_or_refused(version: str) -> None:
    content = files()
    content["solution.xml"] = content["solution.xml"].replace(
        b"<ImportExportXml", f'<ImportExportXml SolutionPackageVersion="{version}" x="'.encode() + b'"', 1
    )

    assert code_of(packed(content)) in CODES | {""}


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST", 10_000_000)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, one in files().items():
            package.writestr(name, one)
        for number in range(4):
            package.writestr(f"WebResources/{number}", b"0" * 3_000_000)

    assert len(written.getvalue()) < 100_000
    assert code_of(written.getvalue()) == "0x80048060"


@pytest.mark.parametrize("content", [GOOD[: len(GOOD) // 2], b"PK", b"", b"<html>"])
def test_an_administrator_who_imports_a_damaged_file_is_answered_with_the_reason(
    administrator: Caller, content: bytes
) -> None:
    body = {
        "OverwriteUnmanagedCustomizations": True,
        "PublishWorkflows": True,
        "CustomizationFile": base64.b64encode(content).decode(),
    }

    answer = administrator("POST", "ImportSolutionAsync", body)

    if answer.status_code >= 400:
        assert answer.json()["error"]["code"] in {*CODES, "0x80040203"}
        return
    job = answer.json()["AsyncOperationId"]
    administrator.get(f"asyncoperations({job})?$select=statecode")
    state: dict[str, object] = {}
    for _ in range(200):
        state = administrator.get(f"asyncoperations({job})?$select=statecode,statuscode,message")
        if state["statecode"] == 3:
            break
    assert (state["statecode"], state["statuscode"]) == (3, 31)
    assert "invalid" in str(state["message"])
