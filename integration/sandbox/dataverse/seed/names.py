"""Made-up people and firms that could exist. The same seed gives the same names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).split(", "))


FIRST_NAMES = _words(
    """
    Alice Arthur Beatrice Benjamin Carol Clive Daisy Derek Edith Edward Fiona Frank Gemma Geoffrey Harriet Howard
    Imogen Ivan Janet Jeremy Katherine Keith Lorna Lewis Marian Martin Nadia Nigel Olivia Oscar Penelope Philip
    Rachel Rupert Sandra Simon Teresa Trevor Ursula Vincent Wendy Walter Yvonne Zachary
    """
)
SURNAMES = _words(
    """
    Abbott Atkins Bailey Barker Baxter Bishop Brennan Burgess Cartwright Chadwick Clayton Cooper Crawford Dalton
    Dawson Doyle Eastwood Ellison Farrell Fletcher Foster Gallagher Gardner Gilbert Goodwin Hadley Hammond Harding
    Hewitt Holloway Hutton Ingram Jarvis Kendall Kirby Lambert Langley Lockwood Maddox Marsden Merritt Morrow Naylor
    Norris Oakley Osborne Parrish Pemberton Pickering Quinn Radford Redmond Rowland Saunders Sharpe Stanton Swift
    Tatlow Thornton Townsend Tucker Underwood Vickers Wainwright Walsh Webster Whitaker Winslow Wyatt Yardley
    """
)
TRADES = _words(
    """
    Bakeries Bearings Brewing Cabinets Carpets Castings Ceramics Chemicals Clothing Coatings Components Controls
    Couriers Dairies Electrical Engineering Fabrics Farms Fittings Flooring Foods Forestry Furniture Gardens Glass
    Hardware Haulage Hotels Instruments Interiors Joinery Leather Lighting Logistics Marine Metals Motors Nurseries
    Optics Packaging Paper Plastics Pottery Printing Pumps Roofing Rubber Stationers Surveyors Textiles Timber Tools
    Tyres Upholstery Valves Windows
    """
)
STREETS = _lines(
    """
    Albert Road, Bridge Street, Canal Wharf, Church Lane, Dock Road, Foundry Lane, Garden Row, High Street,
    Jubilee Way, King Street, Market Place, Mill Lane, North Parade, Orchard Close, Park Avenue, Quarry Hill,
    Queensway, Station Approach, Victoria Square, Waterside
    """
)
TOWNS = (
    ("Aberdeen", "AB11"), ("Bath", "BA1"), ("Birmingham", "B4"), ("Bradford", "BD1"), ("Bristol", "BS1"),
    ("Cambridge", "CB2"), ("Cardiff", "CF10"), ("Carlisle", "CA3"), ("Chester", "CH1"), ("Coventry", "CV1"),
    ("Derby", "DE1"), ("Dundee", "DD1"), ("Edinburgh", "EH3"), ("Exeter", "EX1"), ("Glasgow", "G2"),
    ("Gloucester", "GL1"), ("Hull", "HU1"), ("Leeds", "LS1"), ("Leicester", "LE1"), ("Lincoln", "LN2"),
    ("Liverpool", "L3"), ("Manchester", "M2"), ("Newcastle", "NE1"), ("Norwich", "NR2"), ("Nottingham", "NG1"),
    ("Oxford", "OX1"), ("Plymouth", "PL1"), ("Preston", "PR1"), ("Reading", "RG1"), ("Sheffield", "S1"),
    ("Southampton", "SO14"), ("Stirling", "FK8"), ("Swansea", "SA1"), ("Wakefield", "WF1"), ("Worcester", "WR1"),
    ("York", "YO1"),
)  # fmt: skip
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Place:
    street: str
    town: str
    post_code: str
    phone: str


def places(chance: random.Random) -> Iterator[Place]:
    """Addresses without end."""
    while True:
        town, area = chance.choice(TOWNS)
        yield Place(
            street=f"{chance.randint(1, 240)} {chance.choice(STREETS)}",
            town=town,
            post_code=f"{area} {chance.randint(1, 9)}{chance.choice(LETTERS)}{chance.choice(LETTERS)}",
            phone=f"01632 {chance.randint(960000, 960999)}",
        )


def firms(chance: random.Random) -> Iterator[str]:
    """Names without end, none twice: first a name and a trade, then two names and a trade."""
    single = [f"{name} {trade}" for name in SURNAMES for trade in TRADES]
    chance.shuffle(single)
    yield from single
    for trade in TRADES:
        for one in SURNAMES:
            for other in SURNAMES:
                if one != other:
                    yield f"{one} & {other} {trade}"


def people(chance: random.Random) -> Iterator[tuple[str, str]]:
    """First and last names without end."""
    while True:
        yield chance.choice(FIRST_NAMES), chance.choice(SURNAMES)


def domain(firm: str) -> str:
    """An address on the internet that nobody can own."""
    return "".join(letter for letter in firm.lower() if letter.isalnum()) + ".example"
