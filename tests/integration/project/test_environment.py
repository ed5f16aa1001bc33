"""What the environment says is read strictly: a value that is none is refused by its name and never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from integration.project import environment as read
from tests.sandbox.conftest import Caller

NAME = "CRONUS_SETTING"


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    return lambda text: monkeypatch.setenv(NAME, text)


def refused(call: Caller, *words: str, never: str = "") -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        call()
    assert str(caught.value).startswith(NAME)
    assert all(word in str(caught.value) for word in words)
    assert not never or never not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("Yes", True), (" on ", True), ("1", True), ("false", False), ("NO", False), ("off", False),
     ("0", False)],
)  # fmt: skip
@pytest.mark.parametrize("default", [True, False])
def test_a_switch_is_on_or_off_in_any_of_its_words(
    say: Callable[..., Any], text: str, value: bool, default: bool
) -> None:
    say(text)
    assert read.switch(NAME, default) is value


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("text", ["", "   "])
def test_a_switch_that_is_blank_or_missing_is_the_default(
    say: Callable[..., Any], text: str, default: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(text)
    assert read.switch(NAME, default) is default
    monkeypatch.delenv(NAME)
    assert read.switch(NAME, default) is default


@pytest.mark.parametrize("text", ["ture", "2", "enabled", "yes!", "-"])
def test_a_typing_error_is_no_false(say: Callable[..., Any], text: str) -> None:
    say(text)
    refused(lambda: read.switch(NAME, True), "is true or false", never=text if len(text) > 1 else "")


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 25 ", 25), ("50", 50), ("007", 7), ("", 9)])
def test_a_whole_number_within_its_bounds_is_read(say: Callable[..., Any], text: str, number: int) -> None:
    say(text)
    assert read.whole(NAME, 9, 1, 50) == number


@pytest.mark.parametrize("text", ["0", "51", "-1", "1.5", "1e1", "many", "٣", "²", "9" * 30, "0x10", "1 0"])
def test_what_is_no_whole_number_within_bounds_is_refused_with_them(say: Callable[..., Any], text: str) -> None:
    say(text)
    refused(lambda: read.whole(NAME, 9, 1, 50), "is a whole number from 1 to 50")


@pytest.mark.parametrize(("text", "number"), [("1", 1.0), ("0.5", 0.5), ("3600", 3600.0), ("", 7.5), (" 2 ", 2.0)])
def test_a_number_of_seconds_is_read(say: Callable[..., Any], text: str, number: float) -> None:
    say(text)
    assert read.seconds(NAME, 7.5) == number


@pytest.mark.parametrize("text", ["0", "-1", "3601", "soon", "nan", "inf", "-inf", "1s", "1,5"])
def test_what_is_no_number_of_seconds_is_refused_with_the_most(say: Callable[..., Any], text: str) -> None:
    say(text)
    refused(lambda: read.seconds(NAME, 7.5), "more than 0 and at most 3600")


@pytest.mark.parametrize(("text", "word"), [("off", "off"), (" required ", "required"), ("", "optional")])
def test_one_of_several_words_is_read(say: Callable[..., Any], text: str, word: str) -> None:
    say(text)
    assert read.choice(NAME, "optional", ("off", "optional", "required")) == word


@pytest.mark.parametrize("text", ["Off", "none", "off optional", "0"])
def test_another_word_is_refused_with_those_that_there_are(say: Callable[..., Any], text: str) -> None:
    say(text)
    refused(lambda: read.choice(NAME, "optional", ("off", "optional", "required")), "is off, optional or required")


@pytest.mark.parametrize(
    ("text", "schemes", "here"),
    [
        ("https://login.contoso.example/a", ("https",), False),
        ("https://login.contoso.example:8443", ("https",), False),
        ("http://localhost:8000", ("https",), True),
        ("http://127.0.0.1/x", ("https",), True),
        ("http://[::1]:1/", ("https",), True),
        ("redis://:secret@queue:6379/0", ("redis", "rediss", "unix"), False),
        ("unix:///run/queue.sock", ("redis", "rediss", "unix"), False),
        ("", ("https",), False),
    ],
)
def test_an_address_with_a_scheme_that_fits_is_taken_as_it_is(
    say: Callable[..., Any], text: str, schemes: tuple[str, ...], here: bool
) -> None:
    say(text)
    assert read.address(NAME, "", schemes, insecure_loopback=here) == text


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("http://login.contoso.example", False), ("http://login.contoso.example", True), ("http://localhost", False),
        ("login.contoso.example", False), ("https://", False), ("https:///path", False), ("ftp://contoso", False),
        ("https://contoso:0/", False), ("https://contoso:99999/", False), ("https://con toso/", False),
        ("https://[::1/", False), ("https://s3cret@", False), ("https://contoso:port/", False),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(
    say: Callable[..., Any], text: str, here: bool
) -> None:
    say(text)
    refused(lambda: read.address(NAME, "", ("https",), insecure_loopback=here), "begins with https://", never="s3cret")


def test_a_file_has_to_be_there(say: Callable[..., Any], tmp_path: Path) -> None:
    say("")
    assert read.file(NAME, "") == ""
    (tmp_path / "key.pem").write_text("x")
    say(str(tmp_path / "key.pem"))
    assert read.file(NAME, "") == str(tmp_path / "key.pem")
    for missing in (tmp_path / "gone.pem", tmp_path):
        say(str(missing))
        refused(lambda: read.file(NAME, ""), "names a file that is not there")


def test_a_folder_is_made_where_it_is_missing(say: Callable[..., Any], tmp_path: Path) -> None:
    say(str(tmp_path / "data" / "of" / "cronus"))

    assert read.folder(NAME, tmp_path).is_dir()
    assert read.within(tmp_path, "keys").is_dir()
    say("")
    assert read.folder(NAME, tmp_path / "usual") == (tmp_path / "usual").resolve()


def test_a_folder_that_is_a_file_cannot_be_used(say: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        say(str(path))
        refused(lambda: read.folder(NAME, tmp_path), "cannot be used")


@pytest.mark.parametrize(
    ("text", "engine", "name"),
    [
        ("postgres://cronus:secret@db:5432/sales", "django.db.backends.postgresql", "sales"),
        ("postgresql://cronus@db/sales", "django.db.backends.postgresql", "sales"),
        ("sqlite:////data/db.sqlite3", "django.db.backends.sqlite3", "/data/db.sqlite3"),
        ("", "django.db.backends.sqlite3", "usual.sqlite3"),
    ],
)
def test_an_address_of_a_database_is_read(
    say: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, text: str, engine: str, name: str
) -> None:
    if text:
        say(text)
    else:
        monkeypatch.delenv(NAME, raising=False)
    found = read.database(NAME, "sqlite:///usual.sqlite3")

    assert (found["ENGINE"], found["NAME"]) == (engine, name)


@pytest.mark.parametrize(
    "text",
    ["mysql://cronus:s3cret@db/sales", "cronus:s3cret@db", "postgres://cronus:s3cret@db", "postgres://db:s3cret/sales",
     "s3cret", "oracle://s3cret"],
)  # fmt: skip
def test_an_address_of_no_database_we_know_is_refused_and_its_password_not_shown(
    say: Callable[..., Any], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    say(text)
    refused(lambda: read.database(NAME, ""), "is no address of a database", never="s3cret")
    assert "s3cret" not in "".join(capsys.readouterr())
