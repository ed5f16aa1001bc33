"""When two names are the same for the service, which characters travel, and how long a text is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.text import fold, length, storable
from tests.examples import examples

ODD = "aAáÁa\u0301ßẞſΐİıǰǆ\u00a0 \u200b\x01ﬁＡ½"
ANY_TEXT = st.text(max_size=20) | st.text(ODD, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "CAFE"),
        ("Café", "Cafe\u0301"),
        ("Coho Winery", "Coho Winery  "),
        ("Coho\u00a0Winery", "Coho Winery"),
        ("Coho\u2009Winery\u3000", "Coho Winery"),
        ("Coho\tWinery", "Coho Winery"),
        ("Coho\x01Winery", "Coho Winery"),
        ("Coho\u200bWinery", "CohoWinery"),
        ("Große Straße", "GROSSE STRASSE"),
        ("ＣＲＯＮＵＳ", "cronus"),
        ("ﬁne", "FINE"),
        ("Αθήνα", "ΑΘΗΝΑ"),
        ("İstanbul", "istanbul"),
        ("Łódź", "Łodz"),
    ],
)
def test_these_are_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Coho", " Coho"),
        ("Coho Winery", "CohoWinery"),
        ("Coho Winery", "Coho  Winery"),
        ("Андрей", "Андреи"),
        ("が", "か"),
        ("ปู", "ป"),
        ("", "."),
    ],
)
def test_these_are_two_names(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(ANY_TEXT)
@examples(300)
def test_a_folded_name_folds_to_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
@examples(300)
def test_a_name_and_its_writing_in_capitals_or_other_letters_are_one(text: str) -> None:
    assert fold(text.casefold()) == fold(text)
    assert fold(storable(text) + "\u00a0 ") == fold(text)


@pytest.mark.parametrize("point", [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF, 0xD800])
def test_a_character_that_the_service_refuses_travels_as_a_blank(point: int) -> None:
    assert storable(f"Coho{chr(point)}Winery") == "Coho Winery"


@given(st.text(max_size=30))
def test_all_other_characters_travel_as_they_are(text: str) -> None:
    kept = "".join(character for character in text if storable(character) != " ")
    assert storable(kept) == kept
    assert len(storable(text)) == len(text)
    assert storable("one\r\n\ttwo") == "one\r\n\ttwo"


@given(st.text(max_size=30))
def test_the_length_of_a_text_counts_utf_16_units(text: str) -> None:
    assert length(text) == len(text.encode("utf-16-le")) // 2
