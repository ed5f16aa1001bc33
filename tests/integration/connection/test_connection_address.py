"""What a person types as the organization's address, before anything is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.systems.typed_address import AddressError, Kind, clean_address

PUBLIC, DEVELOPER, TOKEN = Kind(), Kind(loopback=True), Kind(path=True)


@pytest.mark.scenario(
    "CDSConnectionSetupTest.UrlValidationIsNotCaseSensitive",
    "CRMSetupTest.UrlValidationIsNotCaseSensitive",
    "CDSConnectionSetupTest.UrlValidationWhenMissingHTTPS",
    "CRMSetupTest.UrlValidationWhenMissingHTTPS",
)
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("HTTPS://Contoso.CRM4.Dynamics.com", "https://contoso.crm4.dynamics.com"),
        ("contoso.crm4.dynamics.com", "https://contoso.crm4.dynamics.com"),
        ("  https://contoso.crm4.dynamics.com/  ", "https://contoso.crm4.dynamics.com"),
        ("https://contoso.crm4.dynamics.com:443", "https://contoso.crm4.dynamics.com"),
        ("https://crm.adatum.example:8443", "https://crm.adatum.example:8443"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("", ""),
    ],
)
def test_an_address_is_brought_into_its_one_spelling(typed: str, stored: str) -> None:
    assert clean_address(typed, PUBLIC) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "https://contoso.crm4.dynamics.com/main.aspx?appid=1#home",
        "https://contoso.crm4.dynamics.com/api/data/v9.2",
        "contoso.crm4.dynamics.com?pagetype=entityrecord",
        "http://contoso.crm4.dynamics.com",
    ],
)
def test_what_is_more_or_less_than_the_address_is_answered_with_a_suggestion(typed: str) -> None:
    with pytest.raises(AddressError) as caught:
        clean_address(typed, PUBLIC)
    assert caught.value.suggestion == "https://contoso.crm4.dynamics.com"
    assert clean_address(caught.value.suggestion, PUBLIC) == caught.value.suggestion


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("https://admin:secret@contoso.crm4.dynamics.com", "user name or a password"),
        ("https://contoso.crm4.dynamics.com\u202emoc.live", "U\\+202E"),
        ("https://contoso\u200b.crm4.dynamics.com", "U\\+200B"),
        ("https://contoso.crm4\n.dynamics.com", "U\\+000A"),
        ("https://contoso.crm4.dynamics.com\\@evil.example", "backslash"),
        ("ftp://contoso.crm4.dynamics.com", "begin with https"),
        ("javascript://contoso.example", "begin with https"),
        ("https://", "host name"),
        ("https://contoso_org.example", "host name"),
        ("https://contoso.example:99999", "not an address"),
        ("https://[::1", "not an address"),
    ],
)
def test_an_address_that_means_trouble_is_refused_in_words(typed: str, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        clean_address(typed, DEVELOPER)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.5",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[fe80::1]",
        "[64:ff9b::10.0.0.5]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b::7f00:1]",
        "[2002:a00:5::1]",
        "[::10.0.0.5]",
        "[fd00::1]",
        "[::ffff:10.0.0.5]",
        "2852039166",
        "0xa9fea9fe",
        "metadata.google.internal",
        "printer.local",
        "intranet",
    ],
)
def test_an_address_inside_a_private_network_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressError, match="private network"):
        clean_address(f"https://{host}", DEVELOPER)


@pytest.mark.parametrize(
    "host", ["localhost:8001", "127.0.0.1:8001", "[::1]:8001", "127.1:8001", "[::ffff:127.0.0.1]:8001"]
)
def test_this_machine_is_only_called_by_a_developer(host: str) -> None:
    assert clean_address(f"http://{host}", DEVELOPER).startswith("http://")
    with pytest.raises(AddressError, match="this machine"):
        clean_address(f"http://{host}", PUBLIC)


def test_a_token_endpoint_keeps_its_path() -> None:
    typed = "https://login.example.com/tenant/oauth2/v2.0/token/"
    assert clean_address(typed, TOKEN) == "https://login.example.com/tenant/oauth2/v2.0/token"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_cleaned_for_good_or_refused_in_words(typed: str) -> None:
    try:
        cleaned = clean_address(typed, DEVELOPER)
    except AddressError as error:
        cleaned = error.suggestion
        if not str(error):
            pytest.fail("refused without a word")
    assert not cleaned or clean_address(cleaned, DEVELOPER) == cleaned
