"""The administrator's sign-in: begun in a browser, used by one thread of this process, forgotten when its work is done.

The token is an object in memory and nothing else: not in the database, the session, the cache, the queue or a log. When
the process ends, it is gone, and the person signs in again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from integration.connection.diagnosis import other_organization
from integration.connection.opening import SECONDS, waiting
from integration.connection.sign_in import api_of, client_proof
from integration.connection.systems import UNREADABLE
from integration.dataverse.access.people import check_administrator
from integration.dataverse.session import Session
from integration.dataverse.signin import HeldToken, Started, begin, discover, finish
from integration.dataverse.store import SalesOrganization
from integration.gate import LocalGate
from integration.http import Limits, Transport, deadline
from integration.jobs.endings import Endings, watched
from integration.jobs.heartbeat import Heartbeat
from integration.models import ConnectionSetup
from integration.models.stored.audit import AuditEntry, acting, record
from integration.models.stored.secret import SecretUnreadable
from integration.systems.errors import ConfigurationProblem, PrivilegeMissing, RoleMissing, SignInRefused
from setup_wizard.models import AdministratorRun, Guide
from setup_wizard.steps import ADMINISTRATOR
from setup_wizard.tasks import AdministratorTask, SignedIn, wanted

WHO = "Administrator"
NOT_ALLOWED = (
    "Whoever signed in does not have the security roles System Administrator and System Customizer. Sign in with an "
    "account that has both."
)
MOVED = (
    "Somebody changed the address, the tenant or the client of the connection after this sign-in was begun. It was not "
    "used. Begin again."
)
BUSY = "An administrator's sign-in is at work already. Wait until it is done."


def start(setup: ConnectionSetup, back: str) -> Started:
    """Begin a sign-in that comes back to the address ``back``. Raises ``Problem``."""
    if not setup.url or not setup.client_id:
        raise ConfigurationProblem("Enter the URL and the client id first.")
    with _page() as transport:
        trusted = urlsplit(setup.token_endpoint).hostname or ""
        return begin(discover(setup.url, transport, trusted), setup.client_id, back)


def come_back(setup: ConnectionSetup, started: Started, place: str, answer: Mapping[str, str]) -> HeldToken:
    """The sign-in, held in memory, for what the browser brought back; ``place``: where the connection led to when it
    was begun. Raises ``Problem``: nobody's sign-in and no secret follows a connection that leads elsewhere now."""
    if setup.place != place:
        raise SignInRefused(MOVED, part="user")
    try:
        with _page() as transport:
            return finish(started, answer, transport, partial(client_proof, setup))
    except SecretUnreadable as error:
        raise ConfigurationProblem(UNREADABLE) from error


def begin_work(held: HeldToken, place: str, tasks: Sequence[AdministratorTask], user: Any) -> AdministratorRun:
    """Do the tasks beside the requests of this process, at the place the sign-in was begun for. Raises
    ``ConfigurationProblem`` while another sign-in works."""
    run = AdministratorRun.begin(user)
    if run is None:
        held.drop()
        raise ConfigurationProblem(BUSY)
    titles = ", ".join(task.title for task in tasks)
    record(AuditEntry.Action.STARTED, "administrator's sign-in", titles)
    start_thread(partial(_work, run, held, place, tasks))
    return run


def start_thread(work: Callable[[], None]) -> None:
    """Do it in a thread of its own; it goes with the process, as the sign-in does."""
    threading.Thread(target=work, name="administrator", daemon=True).start()


def carry_out(run: AdministratorRun, held: HeldToken, place: str, tasks: Sequence[AdministratorTask]) -> None:
    """One task after another, until one cannot be done or the connection leads elsewhere than the sign-in; the sign-in
    is dropped whatever happens. Raises ``Problem``."""
    with held:
        setup = ConnectionSetup.current()
        if setup.place != place:
            raise ConfigurationProblem(MOVED)
        with closing(Session(setup.url, held, api=api_of(setup), transport=_transport())) as session:
            run.take_up(WHO)
            run.note(f"{_administrator(session)} may set this up.")
            _recognize(session, setup, place)
            for task in tasks:
                run.take_up(task.title)
                setup.stay_at(place)
                run.note(task.run(SignedIn(session, setup, run.grow, place)))
            _go_on()


def _administrator(session: Session) -> str:
    """The name of who signed in. Raises ``RoleMissing``, ``Problem``."""
    try:
        return check_administrator(session).name
    except PrivilegeMissing as problem:
        # Who may not even read security roles has neither of the two.
        raise RoleMissing(NOT_ALLOWED, raw=problem.raw) from problem


def _recognize(session: Session, setup: ConnectionSetup, place: str) -> None:
    """Which organization this is. Raises ``ConfigurationProblem`` where the coupled records are those of another."""
    identity = SalesOrganization(session).check()
    setup.stay_at(place)
    strange = other_organization(setup, identity)
    if strange:
        raise ConfigurationProblem(strange[0].message)
    setup.recognize(identity.organization_id)


def _go_on() -> None:
    """Nothing left of what the guide wishes for: its step is done."""
    guide = Guide.current()
    if not wanted(guide, ConnectionSetup.current()):
        guide.pass_step(ADMINISTRATOR.slug)


def _work(run: AdministratorRun, held: HeldToken, place: str, tasks: Sequence[AdministratorTask]) -> None:
    """The body of the thread: nobody stands behind it, so the row says how it ended."""
    try:
        with acting(run.by or ""), Heartbeat(run, LocalGate()):
            watched(partial(carry_out, run, held, place, tasks), Endings(run))
    finally:
        held.drop()
        connection.close()


@contextmanager
def _page() -> Iterator[Transport]:
    """A line while a person waits for a page. Raises ``TimedOut``."""
    with waiting() as patience, closing(_transport(patience.limits)) as transport, deadline(patience.total or SECONDS):
        yield transport


def _transport(limits: Limits | None = None) -> Transport:
    return Transport(limits or Limits(), settings.DATAVERSE_CA_FILE or None)
