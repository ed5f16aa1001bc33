"""The house rules about words: names of things, one spelling, no path or registry."""

from __future__ import annotations

import ast
import re

from tests.house.files import TypeOfFunction, modules, name, texts, tree

WORDS_NOT_USED = {"helper", "helpers", "util", "utils", "service", "services", "handler", "handlers"}

WORDS_NOT_USED |= {"data", "info", "manager"}


def test_names_say_what_a_thing_is() -> None:
    vague = [f"{name(path)}: module" for path in modules() if words(path.stem) & WORDS_NOT_USED]
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef | TypeOfFunction) and words(node.name) & WORDS_NOT_USED:
                vague.append(f"{name(path)}:{node.lineno} {node.name}")

    assert [found for found in vague if not is_known(found)] == []


def words(identifier: str) -> set[str]:
    """The words of a name in either spelling: ``row_counter``, ``RowCounter``."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)}


def is_known(found: str) -> bool:
    """Words of Django, of requests and of HTML parsers (managers, what a class must call its method) and of both
    products (a web service key, OData's service document, a product of type service)."""
    return bool(
        re.search(
            r"\w+Manager$| (get_context|bound|handle)_data$|web_?service|service_?(document|product)|"
            r"proxy_manager_for$",
            found,
            re.IGNORECASE,
        )
    )


def test_one_spelling_of_synchronize() -> None:
    other = "synchroni" + "s"

    assert [where for where, content in texts() if other in content.lower() or other in where.lower()] == []


def test_no_file_names_a_package_registry() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npmjs" + ".", "jsdelivr" + ".", "unpkg" + ".", "cdnjs" + "."]

    assert [(where, host) for where, content in texts() for host in hosts if host in content] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    path = re.compile(r"(?<![\w./-])/(" + "|".join(["work", "root", "home", "Users"]) + r")/\w")

    assert [(where, found[0]) for where, content in texts() if (found := path.search(content))] == []
