"""FetchXML whose parts do not fit the tables it is about, or one another: each has a code of its own."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from integration.sandbox.dataverse.query.fetchxml.tree import parse
from integration.sandbox.shell.refusal import Refusal
from tests.sandbox.in_process import Inside


def test_what_is_no_part_of_a_query_is_shown_without_what_is_inside_it(inside: Inside) -> None:
    deep = "<a b='c'>" + "<d>" * 1000 + "</d>" * 1000 + "</a>"

    said = inside.message("GET", "accounts?fetchXml=" + quote(f"<fetch><entity name='account'>{deep}</entity></fetch>"))

    assert said == (
        "Invalid Child Node, valid nodes are filter, order, link-entity, attribute, all-attributes, no-attrs. "
        'NodeName = a NodeXml = <a b="c" />'
    )


ATTRIBUTE = '<attribute name="name" />'
REFUSED: list[tuple[str, str]] = [
    ("<foo />", "0x8004111c"),
    ("<value>5</value>", "0x8004111c"),
    ("<condition attribute='name' operator='null' />", "0x8004111c"),
    ("<link-entity name='contact' from='contactid' to='primarycontactid'><foo /></link-entity>", "0x8004111c"),
    ("<filter><attribute name='name' /></filter>", "0x80040203"),
    ("<filter type='xor'><condition attribute='name' operator='null' /></filter>", "0x80040203"),
    ("<filter><condition operator='null' /></filter>", "0x80040203"),
    ("<filter><condition attribute='name' /></filter>", "0x80040203"),
    ("<filter><condition attribute='name' operator='eq' /></filter>", "0x80040203"),
    ("<filter><condition attribute='name' operator='eq'><value>a</value><value>b</value></condition></filter>",
     "0x80040203"),
    ("<filter><condition attribute='name' operator='like' /></filter>", "0x80060888"),
    ("<filter><condition attribute='name' operator='like'><value>a</value><value>b</value></condition></filter>",
     "0x80060888"),
    ("<filter><condition attribute='numberofemployees' operator='like' value='5%' /></filter>", "0x80040203"),
    ("<filter><condition attribute='creditlimit' operator='begins-with' value='5' /></filter>", "0x80040203"),
    ("<filter><condition attribute='creditonhold' operator='ends-with' value='e' /></filter>", "0x80040203"),
    ("<filter><condition attribute='name' operator='eq-userid' /></filter>", "0x80040203"),
    ("<filter><condition attribute='name' operator='eq-userteams' /></filter>", "0x80040203"),
    ("<filter><condition attribute='corks' operator='null' /></filter>", "0x80041103"),
    ("<filter><condition attribute='name' operator='eq' valueof='corks' /></filter>", "0x80041103"),
    ("<filter><condition attribute='name' operator='eq' valueof='creditlimit' /></filter>", "0x80060888"),
    ("<filter><condition entityname='x' attribute='name' operator='null' /></filter>", "0x80040203"),
    ("<order />", "0x80040203"),
    ("<order attribute='corks' />", "0x80041103"),
    ("<order attribute='name' entityname='x' />", "0x80040203"),
    ("<order attribute='name' descending='perhaps' />", "0x80040203"),
    ("<attribute />", "0x80040203"),
    ("<attribute name='corks' />", "0x80041103"),
    ("<attribute name='fax' alias='a b' />", "0x80041130"),
    ("<attribute name='fax' alias='name' />", "0x80041131"),
    ("<attribute name='fax' aggregate='max' />", "0x80040203"),
    ("<link-entity name='nothing' from='a' to='b' />", "0x80041102"),
    ("<link-entity name='contact' from='corks' to='accountid' />", "0x80041103"),
    ("<link-entity name='contact' from='contactid' to='corks' />", "0x80041103"),
    ("<link-entity name='contact' to='primarycontactid' />", "0x80040203"),
    ("<link-entity name='contact' from='contactid' to='primarycontactid' link-type='left' />", "0x80040203"),
    ("<link-entity name='contact' from='contactid' to='primarycontactid' link-type='any' />", "0x80040203"),
    ("<filter><link-entity name='contact' from='contactid' to='primarycontactid' link-type='inner' /></filter>",
     "0x80040203"),
]  # fmt: skip


@pytest.mark.parametrize(("inside_it", "code"), REFUSED)
def test_fetchxml_that_the_service_does_not_read_is_refused(inside: Inside, inside_it: str, code: str) -> None:
    text = f'<fetch><entity name="account">{ATTRIBUTE}{inside_it}</entity></fetch>'

    assert inside.refusal("GET", f"accounts?fetchXml={quote(text)}") == (400, code)


@pytest.mark.parametrize(
    "facts", ["top='x'", "top='-1'", "count='1.5'", "page='x'", "distinct='perhaps'", "aggregate='perhaps'",
              "top='5' count='5'", "top='5' page='1'", "top='5' returntotalrecordcount='true'",
              "page='2' paging-cookie='x'",              "page='99999' count='5000'", "aggregate='true'"],
)  # fmt: skip
def test_a_query_whose_frame_makes_no_sense_is_refused(inside: Inside, facts: str) -> None:
    text = f'<fetch {facts}><entity name="account">{ATTRIBUTE}</entity></fetch>'

    assert inside.refusal("GET", f"accounts?fetchXml={quote(text)}")[0] == 400


@pytest.mark.parametrize(
    "text", ["", "x", "<fetch>", "<fetch />", "<entity name='account' />", "<fetch><entity /></fetch>",
             "<fetch><entity name='account' /><entity name='account' /></fetch>",
             "<fetch><entity name='nothing' /></fetch>",
             "<fetch><entity name='contact' /></fetch>", "<!DOCTYPE a><fetch><entity name='account' /></fetch>"],
)  # fmt: skip
def test_what_is_no_query_about_the_table_of_the_address_is_refused(inside: Inside, text: str) -> None:
    assert inside.refusal("GET", f"accounts?fetchXml={quote(text)}")[0] == 400


@pytest.mark.parametrize(("part", "most", "code"), [
    ("<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' />", 15, "0x8004430d"),
    ("<filter><condition attribute='name' operator='not-null' /></filter>", 500, "0x8004430c"),
])  # fmt: skip
def test_a_query_holds_so_many_parts_at_most(part: str, most: int, code: str) -> None:
    whole = "<fetch><entity name='account'>{}</entity></fetch>"
    parse(whole.format(part * most))

    with pytest.raises(Refusal) as refused:
        parse(whole.format(part * (most + 1)))
    assert (refused.value.status, refused.value.code) == (400, code)
