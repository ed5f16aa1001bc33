"""People: the salespeople of CRONUS, and who works for its customers."""

from __future__ import annotations

SALESPEOPLE: tuple[tuple[str, str, str, str], ...] = (
    ("PS", "Peter", "Saddow", "Sales Manager"),
    ("JR", "John", "Roberts", "Salesperson"),
    ("LM", "Linda", "Martin", "Salesperson"),
    ("BD", "Bart", "Duncan", "Salesperson"),
    ("AH", "Andrew", "Hill", "Account Manager"),
    ("AL", "Anna", "Lidman", "Account Manager"),
    ("CF", "Charles", "Fitzgerald", "Salesperson"),
    ("CP", "Chris", "Preston", "Key Account Manager"),
    ("DH", "David", "Hodgson", "Salesperson"),
    ("HR", "Helen", "Ray", "Salesperson"),
    ("JO", "Jim", "Olive", "Salesperson"),
    ("MS", "Michael", "Sean", "Salesperson"),
    ("OF", "Otis", "Falls", "Salesperson"),
    ("RW", "Robin", "Wood", "Salesperson"),
    ("SW", "Susan", "Watson", "Salesperson"),
)
"""Code, first name, last name, job title. Their e-mail addresses are those of users in the demo organization."""

MAIL_DOMAIN = "cronus-demo.example"

PEOPLE: tuple[tuple[str, str, str], ...] = tuple(
    (first, "", last)
    for first, last in (
        name.split()
        for name in (
            "Robert Townes", "Helen Dickens", "Meagan Bond", "Ian Deberry", "Jesse Homer", "Yvonne McKay",
            "Susanna Stubberod", "Nancy Anderson", "Maria Campbell", "Sidney Higa", "Scott Konersmann", "Robert Lyon",
            "Paul Cannon", "Rene Valdes", "Jim Glynn", "Patrick Sands", "Susan Burk", "Thomas Andersen",
            "Vincent Lauriant", "Amy Alberts", "Catherine Abel", "Kim Abercrombie", "Humberto Acevedo",
            "Pilar Ackerman", "Frances Adams", "Margaret Smith", "Carla Adams", "Jay Adams", "Ronald Adina",
            "Samuel Agcaoili", "James Aguilar", "Robert Ahlering", "Kim Akers", "Lili Alameda", "Anna Albright",
            "Milton Albury", "Paul Alcorn", "Gregory Alderson", "Phyllis Allen", "Michael Allen", "Cecil Allison",
            "Oscar Alpuerto", "Sandra Altamirano", "Selena Alvarado", "Emilio Alvaro", "Maxwell Amland", "Mae Anderson",
            "Ramona Antrim", "Sabria Appelbaum", "Hannah Arakawa", "Kyley Arbelaez", "Tom Johnston", "Thomas Armstrong",
            "John Arthur", "Chris Ashton",
        )
    )
)  # fmt: skip
"""First, middle and last names of the people at the first customers, one each."""


def address_of(first: str, last: str, domain: str = MAIL_DOMAIN) -> str:
    """First letter and last name: ``psaddow@cronus-demo.example``."""
    return f"{first[0]}{last}@{domain}".lower()
