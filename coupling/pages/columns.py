"""Which columns a list of records shows, and in which order: data, nothing else."""

from __future__ import annotations

from integration.systems.values import Side

COLUMNS: dict[tuple[Side, str], tuple[str, ...]] = {
    (Side.ERP, "customer"): ("no", "name", "city", "phone_no", "salesperson_code", "currency_code", "blocked"),
    (Side.ERP, "vendor"): ("no", "name", "city", "phone_no", "purchaser_code", "blocked"),
    (Side.ERP, "contact"): ("no", "name", "type", "company_no", "e_mail", "phone_no"),
    (Side.ERP, "salesperson"): ("code", "name", "e_mail", "phone_no"),
    (Side.ERP, "item"): ("no", "description", "type", "base_unit_of_measure", "unit_price", "inventory", "blocked"),
    (Side.ERP, "resource"): ("no", "name", "type", "base_unit_of_measure", "unit_price", "blocked"),
    (Side.ERP, "opportunity"): ("no", "description", "contact_no", "salesperson_code", "status"),
    (Side.ERP, "currency"): ("code", "description", "iso_code", "exchange_rate"),
    (Side.ERP, "sales_price"): (
        "item_no", "sales_type", "sales_code", "currency_code", "unit_of_measure_code", "minimum_quantity",
        "unit_price", "starting_date",
    ),
    (Side.CRM, "account"): ("name", "address1_city", "telephone1", "ownerid", "customertypecode", "statecode"),
    (Side.CRM, "contact"): ("fullname", "parentcustomerid", "emailaddress1", "telephone1", "statecode"),
    (Side.CRM, "product"): ("productnumber", "name", "price", "producttypecode", "statecode"),
    (Side.CRM, "systemuser"): ("fullname", "internalemailaddress", "isdisabled", "islicensed"),
    (Side.CRM, "opportunity"): ("name", "parentaccountid", "parentcontactid", "estimatedvalue", "statecode"),
    (Side.CRM, "transactioncurrency"): ("isocurrencycode", "currencyname", "exchangerate", "statecode"),
    (Side.CRM, "pricelevel"): ("name", "transactioncurrencyid", "begindate", "enddate", "statecode"),
    (Side.CRM, "productpricelevel"): ("productid", "pricelevelid", "uomid", "amount"),
    (Side.CRM, "uomschedule"): ("name", "baseuomname", "statecode"),
}  # fmt: skip
"""The columns of a list, in order. Other tables show their number, their name and the next few."""

USUAL_COLUMNS = 6
