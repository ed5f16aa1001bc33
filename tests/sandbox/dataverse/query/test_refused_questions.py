"""What the Web API says to a question it does not understand, word for word where its pages give the words."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Caller

NESTED = (
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested "
    "one-to-many relationship."
)
WHOLE = "The $top query option requires a non-negative integer value."
TWICE = "Query option '$select' was specified more than once, but it must be specified at most once."
OF_A_LOOKUP = "Expand with $ref is only supported on lookup type navigation property."
TYPES = "A binary operator with incompatible types was detected. Found operand types '{}' and 'Edm.String' for operator"


def no_property(name: str) -> str:
    return f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.account'."


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("$select=Name", no_property("Name")),
        ("$filter=Name eq 'Adatum'", no_property("Name")),
        ("$filter=name eq Adatum", no_property("Adatum")),
        ("$orderby=town", no_property("town")),
        ("$expand=boss", no_property("boss")),
        ("$apply=groupby((town))", no_property("town")),
    ],
)
def test_a_name_that_no_table_has_is_named_with_the_type_it_was_looked_for_at(
    call: Caller, query: str, text: str
) -> None:
    assert complaint(call, query) == (400, "0x80060888", text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("$filter=name eq 'Adatum", "There is an unterminated literal at position 15 in 'name eq 'Adatum'."),
        ("$filter=startswith(name)", "Syntax error at position 15 in 'startswith(name)'."),
        ("$filter=revenue eq 'x'", TYPES.format("Edm.Decimal") + " kind 'Equal'."),
        ("$filter=statecode eq 'Active'", TYPES.format("Edm.Int32") + " kind 'Equal'."),
        ("$filter=createdon eq 'yesterday'", TYPES.format("Edm.DateTimeOffset") + " kind 'Equal'."),
        ("$top=-1", f"Invalid value '-1' for $top query option found. {WHOLE}"),
        ("$count=yes", "Invalid value 'yes' for $count query option found. Valid values are 'true' or 'false'."),
        ("$select=name&$select=name", TWICE),
    ],
)
def test_a_question_that_cannot_be_read_says_where_or_why(call: Caller, query: str, text: str) -> None:
    assert complaint(call, query) == (400, "0x80060888", text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("$skip=10", "Skip Clause is not supported in CRM"),
        *((f"{name}=x", f"The query parameter '{name}' is not supported.") for name in ("$search", "$format")),
        ("$compute=revenue mul 2 as twice", "The query parameter '$compute' is not supported."),
        *(
            (
                f"$expand=contact_customer_accounts({name}=1)",
                f"The query parameter '{name}' is not supported in $expand.",
            )
            for name in ("$skip", "$count", "$search", "$levels")
        ),
    ],
)
def test_an_option_that_odata_has_and_the_service_has_not_is_refused(call: Caller, query: str, text: str) -> None:
    assert complaint(call, query) == (400, "0x80060888", text)


@pytest.mark.parametrize(
    ("expanded", "text"),
    [
        ("contact_customer_accounts/$ref", OF_A_LOOKUP),
        ("primarycontactid($expand=owninguser($top=1))", NESTED),
        ("contact_customer_accounts($expand=owninguser($orderby=fullname))", NESTED),
        ("primarycontactid($expand=contact_customer_contacts($select=fullname;$top=1))", NESTED),
    ],
)
def test_what_is_expanded_inside_takes_a_selection_and_a_filter_only(call: Caller, expanded: str, text: str) -> None:
    assert complaint(call, f"$expand={expanded}") == (400, "0x80060888", text)


@pytest.mark.parametrize(("number", "status"), [(15, 200), (16, 400)])
def test_a_query_expands_at_most_fifteen(call: Caller, number: int, status: int) -> None:
    expanded = ",".join(["primarycontactid($select=fullname)"] * number)

    assert call("GET", f"accounts?$top=1&$expand={expanded}").status_code == status


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("Account", (404, "0x8006088a", "Resource not found for the segment 'Account'.")),
        ("accounts(Adatum)", (400, "0x80060888", "Unrecognized 'Edm.Guid' literal 'Adatum' in the key of 'accounts'.")),
        ("accounts?fetchXml=<fetch>", (400, "0x80040203", "Invalid XML.")),
        ("accounts?$deltatoken=1", (400, "0x80060888", "The delta token '1' is malformed.")),
        ("accounts?$skiptoken=1", (400, "0x80060888", "The paging cookie is malformed.")),
    ],
)
def test_an_address_that_leads_nowhere_has_an_error_of_its_own(
    call: Caller, path: str, answer: tuple[int, str, str]
) -> None:
    assert spoken(call, path) == answer


def complaint(call: Caller, query: str) -> tuple[int, str, str]:
    return spoken(call, f"accounts?{query}")


def spoken(call: Caller, path: str) -> tuple[int, str, str]:
    """Status, code and text of an answer that must be an error."""
    answer = call("GET", path)
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]
