"""One filter for both systems: typed by a person, checked, kept as text, asked of either system or of a record.

    statecode = Active and customertypecode in (Customer, 'Other')
    not (name contains 'test' or blocked <> '') and no begins with 'C'
    credit_limit >= 1000.50 and last_shipment is not blank

Text compares without regard to case and accents (the embedded company's own tables: to case), ``<>`` and ``not`` also
find blank values: Dataverse's semantics.
A condition either holds or does not; there is no "unknown". ``dataverse/reading/query.py`` renders a filter to
OData, ``business_central/reading/filter_sql.py`` to a Q object.
"""

from integration.systems.filters.conversion import typed
from integration.systems.filters.matching import matches
from integration.systems.filters.reading import Part, parse, parts_of
from integration.systems.filters.reasons import reason_outside
from integration.systems.filters.values import (
    EVERYTHING,
    OPERATORS,
    TEXT_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    OneOf,
    both,
    fields_of,
)
from integration.systems.filters.words import in_words, is_one_condition
from integration.systems.filters.writing import part_text, text_of

__all__ = [
    "EVERYTHING",
    "OPERATORS",
    "TEXT_OPERATORS",
    "AllOf",
    "AnyOf",
    "Comparison",
    "Filter",
    "FilterError",
    "Not",
    "OneOf",
    "Part",
    "both",
    "fields_of",
    "in_words",
    "is_one_condition",
    "matches",
    "parse",
    "part_text",
    "parts_of",
    "reason_outside",
    "text_of",
    "typed",
]
