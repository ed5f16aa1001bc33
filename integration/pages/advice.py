"""What each code of an error means for a person, and what to do about it. Codes are stable: they are stored, grouped
and compared."""

from __future__ import annotations

ADVICE: dict[str, tuple[str, str]] = {
    "conflict": (
        "Both records differ in the same field",
        "Decide field by field, or let one side win. A policy of the mapping decides such cases by itself.",
    ),
    "twin-gone": ("The coupled record was deleted", "Restore it, delete the other one, too, or delete the coupling."),
    "customer-gone": ("The customer was deleted", "Restore it, or delete the coupling; it has no statistics."),
    "account-gone": ("The account was deleted", "Restore it, or delete the coupling; it has no statistics."),
    "not-coupled": ("There is no coupled record", "Couple it first, then update it again."),
    "twin-merged": ("The coupled record was merged into another", "Couple with the master it was merged into."),
    "number-taken": ("Another record has its number", "Couple with that one, or clear its number on the other side."),
    "ambiguous-match": ("Several records match, or the match is taken", "Couple the right one by hand."),
    "no-match": ("No free record matches", "Couple by hand, or create the record on the other side."),
    "reference-not-coupled": (
        "Waits for another record",
        "Couple or synchronize the record it waits for; this one follows by itself.",
    ),
    "overtaken": ("Somebody was faster", "Nothing to do: it is tried again with the next run."),
    "version-conflict": ("Somebody was faster", "Nothing to do: it is tried again with the next run."),
    "duplicate-key": ("Such a record is there already", "Couple the two, or give one another number or name."),
    "invalid-value": ("The other side does not take a value", "Correct the value, or add a transformation rule."),
    "transformation-failed": ("A transformation rule failed", "Correct the value or the rule of the field mapping."),
    "reference-missing": ("It refers to a record that is not there", "Correct the reference, then retry."),
    "in-doubt": (
        "The answer to making the other record was lost",
        "Nothing to do: it is looked for again in ten minutes, and made if it is not there.",
    ),
    "coupled-meanwhile": (
        "Somebody coupled the record with another one meanwhile",
        "What a run has just made for it is coupled with nothing: delete it, or couple it instead.",
    ),
    "locked": ("The other side was busy with the record", "Nothing to do: it is tried again with the next run."),
    "refused": ("The other side's own rules said no", "Its answer says why; correct the record there or here."),
    "privilege-missing": ("The integration user may not do this", "Give its role the privilege named, then retry."),
    "both-there": ("Both records exist", "Delete one of them first, or delete the coupling."),
    "needs-approval": ("An unusually large change", "Look at what the run would do, then approve or reject it."),
    "approved": ("Approved and made anew", "Nothing to do: the run that was started by the approval tells the rest."),
    "source-empty": ("One side is suddenly empty", "See whether this is the right company, organization and user."),
    "base-currency-unknown": ("The base currency is unknown", "Couple the local currency, then run again."),
    "field-fixed": (
        "A field cannot be changed on the other side",
        "All other fields go on. The message says how to bring this one together.",
    ),
    "not-updatable": (
        "A column that only a new record takes",
        "Change it back, or delete the record there and have it made anew.",
    ),
    "no-partner-option": (
        "An option without a partner",
        "Couple it on the Options page of its table mapping; everything that waits for it follows by itself.",
    ),
    "owner-unfit": (
        "The user there cannot own records",
        "Give that user a security role and a licence in Dynamics 365 Sales, or couple another user.",
    ),
    "document-refused": (
        "The document cannot be posted like this",
        "The message says why; correct it, then try again.",
    ),
    "written-by-posting": ("Posted records stay as they are", "Cancel or credit the document instead."),
    "line-refused": ("A line of the document is wrong", "Correct the line that is named, then try again."),
    "customer-blocked": (
        "The customer is blocked",
        "Unblock the customer; Sales orders that wait follow by themselves.",
    ),
    "item-blocked": (
        "What a line sells is blocked",
        "Unblock it, or take it off the document; Sales orders that wait follow by themselves.",
    ),
    "unit-differs": ("A line is in another unit", "Change the line to the unit that it is sold in."),
    "vat-setup-missing": (
        "A VAT rate is missing",
        "Add the rate to VAT Posting Setup; Sales orders that wait follow by themselves.",
    ),
    "discount-out-of-range": (
        "A discount is not between 0 and 100%",
        "Correct the discount; Sales orders that wait follow by themselves.",
    ),
    "not-open": ("The document is released or shipped", "Reopen it, or undo the shipment, then change it."),
    "posting-date": ("The period is closed for posting", "Choose another posting date, or open the period."),
    "on-hold": ("The document is on hold", "Find out why it is held, then clear On Hold."),
    "nothing-to-ship": ("There is nothing to post", "Enter the quantities to ship or to invoice."),
    "quantity": ("More than there is", "Lower the quantity to what is left."),
    "stock": ("Not enough on stock", "Ship less, or add to the stock first."),
    "invoiced": ("A part of it is invoiced", "Cancel the invoice first."),
    "applied": ("Something is applied to it already", "Unapply that first."),
    "amount": ("The amount does not fit", "Enter an amount above 0 and at most what remains, in the same currency."),
    "not-latest": ("Something was applied later", "Unapply the later application first."),
    "external-document-no": ("The customer's document number is missing", "Enter External Document No., then post."),
    "confirmation": ("It has to be confirmed first", "Look at what would be given away, then confirm it."),
    "rate-missing": ("A currency has no exchange rate", "Enter one under Currencies, then synchronize currencies."),
    "account-not-coupled": (
        "The account is not coupled",
        "Create the customer or couple it with one; the order follows by itself.",
    ),
    "product-not-coupled": ("A product is not coupled", "Couple the product; the order follows by itself."),
    "unit-not-coupled": ("A unit group is not coupled", "Couple the unit of measure; the order follows by itself."),
    "currency-not-coupled": ("The currency is not coupled", "Synchronize currencies; the order follows by itself."),
    "currency-unknown": (
        "The currency is unknown here",
        "Add the currency and synchronize currencies; the order follows by itself.",
    ),
    "no-customer": ("The order has no account", "Choose an account in Dynamics 365 Sales."),
    "account-not-customer": (
        "The account is not a customer",
        "Change its relationship type in Dynamics 365 Sales; the order follows by itself.",
    ),
    "product-not-active": (
        "A product is not active",
        "Activate it in Dynamics 365 Sales, or change the line; the order follows by itself.",
    ),
    "product-type": ("A product is neither an item nor a service", "Choose another product in Dynamics 365 Sales."),
    "write-in-missing": (
        "No write-in product is set up",
        "Choose one on Sales & Receivables Setup; the order is tried again.",
    ),
    "write-in-coupled": (
        "The write-in product is coupled",
        "Choose an item or resource on Sales & Receivables Setup that is not coupled.",
    ),
    "write-in-type": (
        "The write-in product has inventory",
        "Choose an item of type Service or Non-Inventory on Sales & Receivables Setup.",
    ),
    "freight-account-missing": (
        "No freight account is set up",
        "Enter one on Sales & Receivables Setup; the order is tried again.",
    ),
    "not-submitted": ("The order is not submitted", "Submit it in Dynamics 365 Sales."),
    "order-exists": ("Another document refers to the order", "Couple the two, or create another one."),
    "order-canceled": ("Canceled in Sales", "The order here is on hold: delete it, or keep it."),
    "order-changed": ("Changed in Sales", "Take the change over, or keep the order as it is."),
    "order-reopened": ("Being changed in Sales", "Nothing to do: it is looked at when it is submitted again."),
    "customer-differs": (
        "Another customer ordered",
        "Couple the customer with the account that the Sales order is for, then retry.",
    ),
    "totals-differ": (
        "The totals differ",
        "Correct lines and discounts in Dynamics 365 Sales; the order follows by itself.",
    ),
    "told-not": ("Sales could not be notified", "Nothing to do: it is tried again with the next run."),
    "base-unit-missing": ("The base unit is not coupled", "Couple the unit of measure, then retry."),
    "not-found": ("The record is not there any more", "Look for deleted records, or delete the coupling."),
    "record": ("The record cannot be written", "The message says why; correct it, then retry."),
    "too-large": ("Too much for one request", "Shorten the longest text of the record, then retry."),
    "table-missing": ("A table is missing", "See whether it was renamed, then correct the mapping."),
    "field-missing": ("A field is missing", "See whether it was renamed or deleted, then correct the field mapping."),
    "configuration": (
        "The setup does not fit",
        "Every record would fail alike; correct what the message names.",
    ),
    "role-missing": ("The integration user lacks a role", "Assign the role named, then run again."),
    "not-a-member": ("The user is unknown to the organization", "Create the application user there and enable it."),
    "sign-in-refused": ("Signing in was refused", "Check tenant, client id and secret on Connection Setup."),
    "address-refused": ("The address is not called", "Correct the address on Connection Setup."),
    "other-organization": (
        "Another organization answers",
        "Connect to the former one again, or disable the connection and delete the couplings first.",
    ),
    "tls-failed": ("The certificate was not accepted", "See whether it has expired or belongs to another host."),
    "bad-answer": ("An answer that nobody can read", "See whether the address is that of Dynamics 365 Sales."),
    "cursor-expired": ("The last position is too old", "Nothing to do: everything is read again."),
    "connection": ("The connection failed", "The message says why; the next run goes on where this one stopped."),
    "unreachable": ("The other side does not answer", "Nothing to do once it answers again: the next run goes on."),
    "timed-out": ("The other side was too slow", "Nothing to do: the next run goes on where this one stopped."),
    "throttled": ("The organization asked to slow down", "Nothing to do: the next run goes on where this one stopped."),
}


def meaning(code: str) -> str:
    """A few words; the code itself where nobody has written any."""
    return ADVICE[code][0] if code in ADVICE else code


def meaning_within(code: str) -> str:
    """The same within a sentence; Sales keeps its capital letter."""
    text = meaning(code)
    return text if text.startswith("Sales ") else text[:1].lower() + text[1:]


def advice(code: str) -> str:
    """What to do about it; blank where only the message can say."""
    return ADVICE[code][1] if code in ADVICE else ""
