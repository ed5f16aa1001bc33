"""Fixtures that every part of the tests may use, and what makes thousands of tests quick."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator

import pytest
from django.test import override_settings
from hypothesis import is_hypothesis_test
from pytest_django import DjangoDbBlocker

import tests.examples  # noqa: F401 - says which examples every test of this suite looks at
from integration.systems.memory import MemorySystem
from tests.compiled import compile_new
from tests.database import put_back_after_each_test
from tests.makers import systems

# The suite is no test module by name; its assertions shall explain themselves all the same.
pytest.register_assert_rewrite("tests.systems.contract")

LONG = ("browser", "processes")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Who starts workers for the whole suite does first what each of them would do for itself."""
    config = session.config
    if config.getoption("numprocesses", None) and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        compile_new(config.rootpath / "tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Several workers begin with the files that start browsers and processes: one that came last would be waited for
    by all others. Then come those of made-up input, whose few tests are hundreds, then those with the most tests."""
    if not hasattr(config, "workerinput"):
        return
    long = {item.path for item in items if any(item.get_closest_marker(name) for name in LONG)}
    made_up = {item.path for item in items if is_hypothesis_test(getattr(item, "obj", None))}
    tests_in = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in long, item.path not in made_up, -tests_in[item.path], str(item.path)))


def pytest_collection_finish() -> None:
    """The thousands of tests themselves are no garbage, and are not looked through for it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing a password takes a fifth of a second on purpose; whoever guesses them is not among the tests."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_looked_up() -> Iterator[None]:
    """Each client of a test is a web server of its own, which would read hundreds of style sheets and pictures before
    its first answer; here each is looked up when somebody asks for it."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests that commit find the database as it was made."""
    with django_db_blocker.unblock(), put_back_after_each_test():
        django_db_blocker.block()
        yield
        django_db_blocker.restore()


@pytest.fixture
def twins() -> tuple[MemorySystem, MemorySystem]:
    """A company and a Sales organization in memory, both empty."""
    return systems()


@pytest.fixture
def erp(twins: tuple[MemorySystem, MemorySystem]) -> MemorySystem:
    return twins[0]


@pytest.fixture
def crm(twins: tuple[MemorySystem, MemorySystem]) -> MemorySystem:
    return twins[1]
