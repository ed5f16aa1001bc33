"""What the organization answers when it refuses: HTTP status, platform code and text, as the service words them. A rule
of one table raises its own, in ``rules/``."""

from __future__ import annotations

from integration.sandbox.shell.refusal import Refusal


def odata(message: str) -> Refusal:
    """The query or address is not OData as this service understands it."""
    return Refusal(400, "0x80060888", message)


def payload(set_name: str, message: str) -> Refusal:
    """The body cannot be read as a row of this table."""
    return Refusal(
        400,
        "0x80048d19",
        f"Error identified in Payload provided by the user for Entity :'{set_name}', For more information on this "
        f"error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ----> InnerException : "
        f"Microsoft.OData.ODataException: {message}",
    )


def unknown_property(name: str, table: str) -> Refusal:
    return odata(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'.")


def unknown_column(name: str, set_name: str, table: str) -> Refusal:
    return payload(
        set_name,
        f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table}'. ---> "
        "Microsoft.OData.ODataException: Does not support untyped value in non-open type.",
    )


def undeclared_navigation(name: str, set_name: str) -> Refusal:
    return payload(
        set_name,
        f"An undeclared property '{name}' which only has property annotations in the payload but no property value was "
        "found in the payload. In OData, only declared navigation properties and declared named streams can be "
        "represented as properties without values.",
    )


def unknown_segment(name: str) -> Refusal:
    return Refusal(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_resource(uri: str) -> Refusal:
    return Refusal(404, "", f"No HTTP resource was found that matches the request URI '{uri}'.")


def missing(table: str, row: str) -> Refusal:
    return Refusal(404, "0x80040217", f"{table} With Id = {row} Does Not Exist")


def missing_several(table: str, rows: list[str]) -> Refusal:
    return Refusal(404, "0x80040217", f"{table} With Ids = {', '.join(rows)} Do Not Exist")


def missing_key(table: str) -> Refusal:
    return Refusal(404, "0x80060891", f"A record with the specified key values does not exist in {table} entity")


def unknown_key(table: str) -> Refusal:
    return Refusal(
        400,
        "0x80060890",
        f"The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.{table}'. Ensure that the names "
        "and number of key properties match the declared or alternate key properties for the resource.",
    )


def key_violated(key: str, columns: tuple[str, ...]) -> Refusal:
    return Refusal(
        412,
        "0x80060892",
        f"Entity Key {key} violated. A record with the same value for {', '.join(columns)} already exists. A duplicate "
        "record cannot be created. Select one or more unique values and try again.",
    )


def duplicate() -> Refusal:
    return Refusal(412, "0x80040237", "A record with matching key values already exists.")


def duplicate_in_bulk() -> Refusal:
    return Refusal(412, "0x80040237", "Cannot insert duplicate key.")


def stale() -> Refusal:
    return Refusal(
        412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided."
    )


def too_long(column: str, table: str, limit: int) -> Refusal:
    return Refusal(
        400,
        "0x80044331",
        f"A validation error occurred.  The length of the '{column}' attribute of the '{table}' entity exceeded the "
        f"maximum allowed length of '{limit}'.",
    )


def bad_character(column: str, sign: str) -> Refusal:
    return Refusal(
        400,
        "0x80040278",
        f"Invalid character in field '{column}': '{sign!r:.10}', hexadecimal value 0x{ord(sign):02X}, is an invalid "
        "character.",
    )


def out_of_range(code: str, column: str, table: str, low: object, high: object) -> Refusal:
    return Refusal(
        400,
        code,
        f"A validation error occurred.  The value of '{column}' on record of type '{table}' is outside the valid "
        f"range ({low} to {high}).",
    )


def unknown_option(column: str, table: str, value: object) -> Refusal:
    return Refusal(
        400,
        "0x8004431a",
        f"A validation error occurred. The value {value} of '{column}' on record of type '{table}' is outside the "
        "valid range of its choices.",
    )


def bad_status(status: object, state: str, row: str) -> Refusal:
    return Refusal(400, "0x80048408", f"{status} is not a valid status code for state code {state} on {row}.")


def bad_date(column: str, value: object) -> Refusal:
    return Refusal(
        400, "0x80040239", f"The date-time value '{value}' of '{column}' is invalid or outside the supported range."
    )


def invalid(message: str) -> Refusal:
    return Refusal(400, "0x80040203", message)


def in_use(message: str) -> Refusal:
    return Refusal(405, "0x80040227", message)


def not_offered(what: str) -> Refusal:
    """Part of the real service that this sandbox does not have."""
    return Refusal(501, "0x80040203", f"The sandbox does not offer {what}.")
