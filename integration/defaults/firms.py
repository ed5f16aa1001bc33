"""The base mappings: people, firms, currencies and the option tables.

Who is left out on purpose: the company column (one company), ``owneridtype`` and ``parentcustomeridtype`` (a
reference carries its table), and columns that special rules of the engine write (``parentcustomerid``).
"""

from integration.defaults.shape import (
    DAILY,
    FieldDefault,
    MappingDefault,
    both,
    constant_to_erp,
    offered,
    to_crm,
    to_erp,
)
from integration.sync.rules import Direction


def _address(*, match_post_code: int = 0) -> tuple[FieldDefault, ...]:
    return (
        both("address", "address1_line1"),
        both("address_2", "address1_line2"),
        both("post_code", "address1_postalcode", match=match_post_code),
        both("city", "address1_city"),
        both("country_region_code", "address1_country", validate=False),
        both("county", "address1_stateorprovince"),
    )


FIRM: tuple[FieldDefault, ...] = (
    both("name", "name", match=1),
    both("contact", "address1_primarycontactname", validate=False),
    *_address(match_post_code=1),
    both("currency_code", "transactioncurrencyid"),
    both("e_mail", "emailaddress1", match=2),
    both("fax_no", "fax"),
    both("home_page", "websiteurl"),
    both("phone_no", "telephone1"),
    both("shipment_method_code", "address1_freighttermscode"),
    both("shipping_agent_code", "address1_shippingmethodcode"),
    both("payment_terms_code", "paymenttermscode"),
)
"""What customers and vendors have alike: a line here goes to both."""
FIRM_OFFERED = (offered("no", "accountnumber", Direction.TO_CRM), offered("mobile_phone_no", "telephone2"))
PRIMARY_CONTACT = both("primary_contact_no", "primarycontactid", clear_on_failed=True)
FIRM_DEPENDENCIES = ("SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT")

SALESPEOPLE = MappingDefault(
    name="SALESPEOPLE",
    part="dataverse",
    position=10,
    erp_table="salesperson",
    crm_table="systemuser",
    direction=Direction.TO_ERP,
    crm_filter="isdisabled = No and islicensed = Yes and isintegrationuser = No",
    job=DAILY,
    fields=(
        to_erp("e_mail", "internalemailaddress", match=1),
        to_erp("name", "fullname", match=2),
        to_erp("phone_no", "mobilephone"),
        offered("job_title", "jobtitle"),
        offered("e_mail_2", "personalemailaddress"),
    ),
)

CURRENCY = MappingDefault(
    name="CURRENCY",
    part="dataverse",
    position=20,
    erp_table="currency",
    crm_table="transactioncurrency",
    direction=Direction.TO_CRM,
    fields=(
        to_crm("iso_code", "isocurrencycode", match=1),
        to_crm("symbol", "currencysymbol"),
        to_crm("description", "currencyname"),
    ),
)


def _options(name: str, position: int, erp_table: str, column: str) -> MappingDefault:
    """A table whose records are the values of an option column, found by their labels."""
    return MappingDefault(
        name=name,
        part="dataverse",
        position=position,
        erp_table=erp_table,
        crm_table=f"account.{column}",
        direction=Direction.TO_CRM,
        job=DAILY,
        fields=(to_crm("code", "label", match=1),),
    )


PAYMENT_TERMS = _options("PAYMENT TERMS", 30, "payment_terms", "paymenttermscode")
SHIPMENT_METHOD = _options("SHIPMENT METHOD", 40, "shipment_method", "address1_freighttermscode")
SHIPPING_AGENT = _options("SHIPPING AGENT", 50, "shipping_agent", "address1_shippingmethodcode")

CUSTOMER = MappingDefault(
    name="CUSTOMER",
    part="dataverse",
    position=60,
    erp_table="customer",
    crm_table="account",
    direction=Direction.BOTH,
    erp_filter="blocked = ' '",
    crm_filter="statecode = Active and customertypecode = Customer",
    dependencies=FIRM_DEPENDENCIES,
    fields=(
        to_crm("salesperson_code", "ownerid", not_null=True),
        *FIRM,
        to_crm("credit_limit_lcy", "creditlimit"),
        PRIMARY_CONTACT,
        *FIRM_OFFERED,
    ),
)

VENDOR = MappingDefault(
    name="VENDOR",
    part="dataverse",
    position=70,
    erp_table="vendor",
    crm_table="account",
    direction=Direction.BOTH,
    erp_filter="blocked = ' '",
    crm_filter="statecode = Active and customertypecode = Vendor",
    dependencies=FIRM_DEPENDENCIES,
    fields=(to_crm("purchaser_code", "ownerid", not_null=True), *FIRM, PRIMARY_CONTACT, *FIRM_OFFERED),
)

CONTACT = MappingDefault(
    name="CONTACT",
    part="dataverse",
    position=80,
    erp_table="contact",
    crm_table="contact",
    direction=Direction.BOTH,
    erp_filter="type = Person and company_no is not blank",
    crm_filter="parentcustomerid is not blank and statecode = Active and parentcustomeridtype = account",
    dependencies=("CUSTOMER", "VENDOR"),
    fields=(
        to_crm("salesperson_code", "ownerid", not_null=True),
        both("currency_code", "transactioncurrencyid"),
        *_address(),
        both("e_mail", "emailaddress1", match=1),
        both("fax_no", "fax"),
        both("first_name", "firstname", match=2),
        both("middle_name", "middlename"),
        both("surname", "lastname", match=2),
        both("home_page", "websiteurl"),
        both("mobile_phone_no", "mobilephone"),
        both("pager", "pager"),
        both("phone_no", "telephone1"),
        constant_to_erp("type", "Person"),
        offered("salutation_code", "salutation"),
    ),
)

MAPPINGS = (SALESPEOPLE, CURRENCY, PAYMENT_TERMS, SHIPMENT_METHOD, SHIPPING_AGENT, CUSTOMER, VENDOR, CONTACT)
