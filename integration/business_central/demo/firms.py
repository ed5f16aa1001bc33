"""Firms: the well-known made-up ones, and as many plausible ones as wanted. The same position gives the same firm."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Firm:
    """Name and address; ``currency`` is blank for the local one."""

    name: str
    address: str
    post_code: str
    city: str
    county: str = ""
    country: str = "GB"
    currency: str = ""

    @property
    def domain(self) -> str:
        return re.sub(r"[^a-z0-9]+", "", self.name.lower().replace("ltd.", "")) + ".example"


WELL_KNOWN: tuple[Firm, ...] = (
    Firm("Adatum Corporation", "Station Road 21", "B31 2AL", "Birmingham", "West Midlands"),
    Firm("Trey Research", "Southwark Bridge Road 91-95", "SE1 0AX", "London"),
    Firm("School of Fine Art", "College Street 10", "GU3 2SE", "Guildford", "Surrey"),
    Firm("Alpine Ski House", "Walter Scott Street 5", "EH16 8JS", "Edinburgh", "Midlothian"),
    Firm("Relecloud", "Harbour Walk 192", "BS3 2FH", "Bristol", "Avon"),
    Firm("Fabrikam, Inc.", "1200 Bayside Drive", "98052", "Redmond", "WA", "US", "USD"),
    Firm("Contoso Pharmaceuticals", "Park Lane 8", "M1 4BT", "Manchester", "Greater Manchester"),
    Firm("Coho Winery", "Weinbergstraße 14", "65366", "Geisenheim", "", "DE", "EUR"),
    Firm("Coho Vineyard", "Rue des Tonneliers 3", "21200", "Beaune", "", "FR", "EUR"),
    Firm("Litware, Inc.", "Enterprise Way 40", "CB4 0WS", "Cambridge", "Cambridgeshire"),
    Firm("Northwind Traders", "Dock Street 77", "L3 4AF", "Liverpool", "Merseyside"),
    Firm("Proseware, Inc.", "Friedrichstraße 112", "10117", "Berlin", "", "DE", "EUR"),
    Firm("Tailspin Toys", "Toy Factory Lane 2", "NG1 5AA", "Nottingham", "Nottinghamshire"),
    Firm("Tailwind Traders", "Østergade 26", "1100", "København K", "", "DK", "DKK"),
    Firm("Wide World Importers", "Quayside 1", "NE1 3DE", "Newcastle upon Tyne", "Tyne and Wear"),
    Firm("Wingtip Toys", "Playhouse Square 6", "LS1 4HR", "Leeds", "West Yorkshire"),
    Firm("Woodgrove Bank", "Threadneedle Street 60", "EC2R 8HP", "London"),
    Firm("Fourth Coffee", "Kungsgatan 44", "111 35", "Stockholm", "", "SE", "SEK"),
    Firm("Graphic Design Institute", "Canal Street 12", "M1 3HE", "Manchester", "Greater Manchester"),
    Firm("Humongous Insurance", "Lime Street 122", "EC3M 7AA", "London"),
    Firm("Lucerne Publishing", "Pilatusstrasse 9", "6003", "Luzern", "", "CH", "CHF"),
    Firm("Margie's Travel", "High Street 55", "OX1 4AP", "Oxford", "Oxfordshire"),
    Firm("Blue Yonder Airlines", "Terminal Road 4", "TW6 2GW", "Hounslow", "Middlesex"),
    Firm("City Power & Light", "Grid Lane 100", "S1 2HE", "Sheffield", "South Yorkshire"),
    Firm("Consolidated Messenger", "Karl Johans gate 31", "0159", "Oslo", "", "NO", "NOK"),
    Firm("Baldwin Museum of Science", "Museum Road 3", "SW7 2DD", "London"),
    Firm("Bellows College", "Chapel Hill 18", "DH1 3LE", "Durham", "County Durham"),
    Firm("Best For You Organics Company", "Orchard Close 7", "TR1 2AA", "Truro", "Cornwall"),
    Firm("Fincher Architects", "Rose Street 81", "EH2 3DT", "Edinburgh", "Midlothian"),
    Firm("First Up Consultants", "Fleet Street 140", "EC4A 2BU", "London"),
    Firm("Lamna Healthcare Company", "Infirmary Road 11", "CF10 3NQ", "Cardiff", "South Glamorgan"),
    Firm("Liberty's Delightful Sinful Bakery & Cafe", "Baker Row 4", "BA1 1LT", "Bath", "Somerset"),
    Firm("Munson's Pickles and Preserves Farm", "Pickle Lane 1", "NR1 3QU", "Norwich", "Norfolk"),
    Firm("Nod Publishers", "Paternoster Row 22", "YO1 7HH", "York", "North Yorkshire"),
    Firm("VanArsdel, Ltd.", "Keizersgracht 220", "1016 DZ", "Amsterdam", "", "NL", "EUR"),
    Firm("The Phone Company", "Exchange Street 9", "BT1 2JA", "Belfast", "County Antrim"),
    Firm("Southridge Video", "George Street 350", "2000", "Sydney", "NSW", "AU", "AUD"),
    Firm("Adventure Works Cycles", "Velodrome Way 5", "M11 4DQ", "Manchester", "Greater Manchester"),
    Firm("Parnell Aerospace", "Hangar Road 2", "BS34 7PA", "Bristol", "Avon"),
    Firm("Olympia Fitness", "Stadium Parade 15", "HA9 0WS", "Wembley", "Middlesex"),
    Firm("Northwind Electric Cars", "Volt Street 36", "CV1 2TT", "Coventry", "West Midlands"),
    Firm("Contoso Suites", "Grand Parade 1", "BN2 9QB", "Brighton", "East Sussex"),
    Firm("Fabrikam Residences", "Front Street West 200", "M5V 3K2", "Toronto", "ON", "CA", "CAD"),
    Firm("Awesome Computers", "Silicon Glen 64", "EH54 6QF", "Livingston", "West Lothian"),
)  # fmt: skip

_SURNAMES = (
    "Abercrombie", "Ashdown", "Barlow", "Beckett", "Bellamy", "Birchall", "Blackwood", "Bramwell", "Brockhurst",
    "Calder", "Carrington", "Chadwick", "Cheverton", "Clitheroe", "Copeland", "Crowther", "Dalton", "Darlington",
    "Denholm", "Dunmore", "Eastwood", "Ellington", "Fairfax", "Farnham", "Fenwick", "Garrick", "Glenn", "Goodwin",
    "Grantham", "Halstead", "Hargreaves", "Hathaway", "Hawthorne", "Holbrook", "Huntley", "Ingram", "Jarvis",
    "Kendrick", "Kersey", "Kingsley", "Lambert", "Langford", "Lockwood", "Lowell", "Marlowe", "Mayfield", "Merton",
    "Milburn", "Norwood", "Oakley", "Ormond", "Pemberton", "Penrose", "Prescott", "Radcliffe", "Ramsden", "Redfern",
    "Ridley", "Rothwell", "Rowntree", "Saxby", "Selwyn", "Shelby", "Sheldon", "Stanhope", "Stratton", "Sutcliffe",
    "Thackeray", "Thornton", "Tilbury", "Trafford", "Underhill", "Vickers", "Wakefield", "Walden", "Warburton",
    "Westbrook", "Whitfield", "Wickham", "Winslow", "Woodward", "Wycliffe", "Yardley", "Yates",
)  # fmt: skip
_TRADES = (
    "Joinery", "Interiors", "Engineering", "Office Supplies", "Furniture", "Print Works", "Bakeries", "Logistics",
    "Packaging", "Electrical", "Plumbing Supplies", "Hotels", "Catering", "Textiles", "Ironmongers", "Garden Centre",
    "Opticians", "Brewery", "Ceramics", "Motor Works", "Marine", "Fine Foods", "Stationers", "Architects",
    "Veterinary Supplies", "Lighting", "Roofing", "Glass", "Tools", "Timber", "Book Sellers", "Dental Care",
    "Instruments", "Sports Goods", "Toys", "Travel", "Cycles", "Dairies", "Flooring", "Security Systems",
)  # fmt: skip
_FORMS = ("Ltd.", "& Sons", "Group", "Partners", "& Co.", "Holdings", "Trading", "Services")
_TOWNS = (
    ("AB", "Aberdeen", "Aberdeenshire"), ("B", "Birmingham", "West Midlands"), ("BA", "Bath", "Somerset"),
    ("BD", "Bradford", "West Yorkshire"), ("BN", "Brighton", "East Sussex"), ("BS", "Bristol", "Avon"),
    ("CB", "Cambridge", "Cambridgeshire"), ("CF", "Cardiff", "South Glamorgan"), ("CH", "Chester", "Cheshire"),
    ("CO", "Colchester", "Essex"), ("CV", "Coventry", "West Midlands"), ("DE", "Derby", "Derbyshire"),
    ("EX", "Exeter", "Devon"), ("G", "Glasgow", "Lanarkshire"), ("GL", "Gloucester", "Gloucestershire"),
    ("HU", "Hull", "East Yorkshire"), ("IP", "Ipswich", "Suffolk"), ("L", "Liverpool", "Merseyside"),
    ("LE", "Leicester", "Leicestershire"), ("LN", "Lincoln", "Lincolnshire"), ("LS", "Leeds", "West Yorkshire"),
    ("M", "Manchester", "Greater Manchester"), ("NN", "Northampton", "Northamptonshire"), ("PL", "Plymouth", "Devon"),
    ("PR", "Preston", "Lancashire"), ("RG", "Reading", "Berkshire"), ("SO", "Southampton", "Hampshire"),
    ("SR", "Sunderland", "Tyne and Wear"), ("WR", "Worcester", "Worcestershire"), ("YO", "York", "North Yorkshire"),
)  # fmt: skip
_STREETS = (
    "High Street", "Station Road", "Mill Lane", "Church Street", "Victoria Road", "Market Place", "Bridge Street",
    "Albert Road", "Queen Street", "Canal Wharf", "Industrial Estate", "Park Avenue",
)  # fmt: skip
_ENDS = "ABDEFGHJLNPQRSTUWXYZ"
_NAMES = len(_SURNAMES) * len(_TRADES) * len(_FORMS)
_STRIDE = 7919  # a prime that shares no factor with the number of names, so the walk meets every name once


def firm_at(position: int) -> Firm:
    """The firm at a position of an endless list: the well-known ones, then made-up ones with names of their own."""
    if position < len(WELL_KNOWN):
        return WELL_KNOWN[position]
    chance = random.Random(position)  # noqa: S311 - it must be repeatable, not secret
    area, city, county = chance.choice(_TOWNS)
    address = f"{chance.choice(_STREETS)} {chance.randint(1, 240)}"
    suffix = "".join(chance.choices(_ENDS, k=2))
    post_code = f"{area}{chance.randint(1, 29)} {chance.randint(1, 9)}{suffix}"
    return Firm(_name(position - len(WELL_KNOWN)), address, post_code, city, county)


def _name(number: int) -> str:
    again, place = divmod(number, _NAMES)
    place = place * _STRIDE % _NAMES
    place, form = divmod(place, len(_FORMS))
    surname, trade = divmod(place, len(_TRADES))
    name = f"{_SURNAMES[surname]} {_TRADES[trade]} {_FORMS[form]}"
    return f"{name} {again + 1}" if again else name


VENDORS: tuple[Firm, ...] = (
    Firm("London Postmaster", "County Lane 2", "N1 9AA", "London"),
    Firm("Graphic Paper Mills", "Mill Race 14", "LA9 4BD", "Kendal", "Cumbria"),
    Firm("Nordic Timber A/S", "Havnevej 8", "8000", "Aarhus C", "", "DK", "DKK"),
    Firm("CoolWood Technologies", "Hitech Drive 33", "PO7 2HI", "Portsmouth", "Hampshire"),
    Firm("Lewis Home Furniture", "51 Radcroft Road", "US-GA 31772", "Atlanta", "GA", "US", "USD"),
)  # fmt: skip
