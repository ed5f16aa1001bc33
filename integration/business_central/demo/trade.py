"""What CRONUS sells, in which units and currencies, at which prices, and the small tables of codes."""

from __future__ import annotations

COUNTRIES = (
    ("AU", "Australia"), ("CA", "Canada"), ("CH", "Switzerland"), ("CZ", "Czechia"), ("DE", "Germany"),
    ("DK", "Denmark"), ("ES", "Spain"), ("FR", "France"), ("GB", "United Kingdom"), ("IE", "Ireland"), ("IT", "Italy"),
    ("JP", "Japan"), ("NL", "Netherlands"), ("NO", "Norway"), ("NZ", "New Zealand"), ("PL", "Poland"),
    ("SE", "Sweden"), ("US", "United States"),
)  # fmt: skip
"""Code, which is also the ISO code, and name."""

PAYMENT_TERMS = (
    ("NET 30", "Net 30 days", "30D"), ("NET 45", "Net 45 days", "45D"), ("NET 60", "Net 60 days", "60D"),
    ("14 DAYS", "Net 14 days", "14D"), ("CM", "Current Month", "CM"), ("COD", "Cash on delivery", "0D"),
)  # fmt: skip
"""Code, description, due date calculation. The first three are options of Sales too."""

SHIPMENT_METHODS = (
    ("FOB", "Free on Board"), ("NO CHARGE", "Free of charge"), ("EXW", "Ex Warehouse"),
    ("CIF", "Cost, Insurance and Freight"),
)  # fmt: skip
SHIPPING_AGENTS = (
    ("DHL", "DHL Systems, Inc.", "www.dhl.com"), ("FEDEX", "Federal Express Corporation", "www.fedex.com"),
    ("UPS", "United Parcel Service of America, Inc.", "www.ups.com"), ("OWN LOG.", "Own Logistics", ""),
)  # fmt: skip

CURRENCIES = (
    ("AUD", "AUD", "Australian dollar", "$", "51.20"), ("CAD", "CAD", "Canadian dollar", "$", "57.80"),
    ("CHF", "CHF", "Swiss franc", "CHF", "88.40"), ("CZK", "CZK", "Czech koruna", "Kč", "3.42"),
    ("DKK", "DKK", "Danish krone", "kr", "11.44"), ("EUR", "EUR", "Euro", "€", "85.35"),
    ("JPY", "JPY", "Japanese yen", "¥", "0.52"), ("KWD", "KWD", "Kuwaiti dinar", "KD", "256.00"),
    ("NOK", "NOK", "Norwegian krone", "kr", "7.31"),
    ("NZD", "NZD", "New Zealand dollar", "$", "47.10"), ("PLN", "PLN", "Polish zloty", "zł", "19.95"),
    ("SEK", "SEK", "Swedish krona", "kr", "7.52"), ("USD", "USD", "US dollar", "$", "78.60"),
    ("POINTS", "", "Loyalty points", "", "1.00"),
)  # fmt: skip
"""Code, ISO code, description, symbol, and what 100 of it are worth in pounds. Points have no ISO code."""

UNITS = (
    ("PCS", "Piece", "EA"), ("BOX", "Box", "BX"), ("SET", "Set", "SET"), ("PACK", "Pack", "PK"),
    ("PALLET", "Pallet", "PF"), ("KG", "Kilogram", "KGM"), ("L", "Litre", "LTR"), ("M", "Metre", "MTR"),
    ("HOUR", "Hour", "HUR"), ("DAY", "Day", "DAY"),
)  # fmt: skip
"""Code, description, international standard code."""

LINES = (
    "ATHENS", "PARIS", "LONDON", "ANTWERP", "BERLIN", "ROME", "MOSCOW", "OSLO", "VIENNA", "MADRID", "LISBON", "DUBLIN",
    "PRAGUE", "WARSAW", "ZURICH", "TOKYO", "SYDNEY", "ATLANTA", "SEOUL", "MEXICO", "MUNICH", "AMSTERDAM", "GENEVA",
    "HELSINKI", "STOCKHOLM", "CALGARY", "INNSBRUCK", "TORONTO", "NAGANO", "SAPPORO",
)  # fmt: skip
PIECES = (
    ("Desk", "PCS", 640, 45), ("Swivel Chair", "PCS", 123, 12), ("Guest Chair", "SET", 325, 18),
    ("Whiteboard", "PCS", 875, 9), ("Desk Lamp", "BOX", 38, 2),
)  # fmt: skip
"""What each line of furniture has: piece, unit, price and weight in kilograms about which they vary."""

PRICE_GROUPS = (
    ("RETAIL", "Retail customers", "", "0.98", 40), ("WHOLESALE", "Wholesale", "", "0.85", 60),
    ("EXPORT-EU", "Export to the euro zone", "EUR", "1.17", 30), ("USA", "United States", "USD", "1.27", 25),
)  # fmt: skip
"""Code, description, currency, the price as a part of the unit price, and how many items it has."""

RESOURCES = (
    ("Installation", 0, "HOUR", 62), ("Assembly", 0, "HOUR", 48), ("Interior Design", 0, "HOUR", 95),
    ("Space Planning", 0, "DAY", 640), ("Project Management", 0, "DAY", 780), ("Training", 0, "DAY", 690),
    ("Ergonomics Advice", 0, "HOUR", 88), ("Delivery Crew", 0, "HOUR", 54), ("Night Delivery Crew", 0, "HOUR", 79),
    ("Maintenance", 0, "HOUR", 58), ("Repair", 0, "HOUR", 66), ("Upholstery", 0, "HOUR", 72),
    ("Carpentry", 0, "HOUR", 69), ("Electrical Work", 0, "HOUR", 75), ("Survey", 0, "DAY", 520),
    ("Disposal", 0, "HOUR", 41), ("Delivery Van", 1, "DAY", 180), ("Truck with Tail Lift", 1, "DAY", 340),
    ("Furniture Lift", 1, "HOUR", 35), ("Engraving Machine", 1, "HOUR", 28),
)  # fmt: skip
"""Name, type (person, machine), unit, price."""

OPPORTUNITIES = (
    ("50 desks for the new head office", 1, 32000), ("Refurnish the reading room", 1, 18500),
    ("Chairs for the lecture hall", 0, 24000), ("Lobby and reception", 1, 9800), ("Standing desks, pilot", 0, 4200),
    ("Meeting rooms, third floor", 1, 15600), ("Home office packages", 0, 28900), ("Canteen furniture", 1, 12400),
    ("Whiteboards for all classrooms", 0, 21000), ("Framework agreement 2027", 1, 95000),
    ("Showroom in the old town", 2, 17300), ("Waiting area", 3, 6100),
)  # fmt: skip
"""Description, status, estimated value."""

VAT_BUSINESS = (("DOMESTIC", "Customers in the United Kingdom"), ("ABROAD", "Customers in other countries"))
VAT_PRODUCT = (("STANDARD", "Standard rate"), ("REDUCED", "Reduced rate"), ("ZERO", "Zero rate"))
VAT_RATES = (
    *((business, product, identifier, rate)
      for business in ("", "DOMESTIC")
      for product, identifier, rate in (("", "VAT20", 20), ("STANDARD", "VAT20", 20), ("REDUCED", "VAT5", 5),
                                        ("ZERO", "VAT0", 0))),
    *(("ABROAD", product, "VAT0", 0) for product in ("", "STANDARD", "REDUCED", "ZERO")),
)  # fmt: skip
"""Business group, product group, identifier, per cent. Whoever has no group is charged like at home."""

ACCOUNTS = (
    ("6110", "Sales, Furniture", "STANDARD"), ("6410", "Sales, Services", "STANDARD"), ("6810", "Freight", "STANDARD"),
)  # fmt: skip
FREIGHT = "6810"
"""The account of freight charges."""

WRITE_IN = "Written in by Sales"
"""The item that stands for what salespeople write in by hand."""
