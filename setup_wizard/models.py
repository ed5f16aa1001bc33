"""What a person entered in the guide and where they are, and what an administrator's sign-in is doing. No secrets."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from integration.models import ConnectionSetup
from integration.models.jobs.claimable import Claimable
from integration.models.mapping.choices import DIRECTIONS
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.audited import Audited
from integration.sync.memory.ledger import Fenced
from setup_wizard.steps import OF_AN_ORGANIZATION


class Guide(Audited):
    """The guide "Set up the Dynamics 365 Sales connection": one row (``Guide.current()``). Addresses, credentials and
    switches of the connection itself stand in Connection Setup; here are the wishes that wait for Finish."""

    done = models.JSONField("steps gone through", default=list, editable=False)
    import_solution = models.BooleanField("Import Dynamics 365 Sales Solution", default=True)
    assign_roles = models.BooleanField("Create the integration user and assign its security roles", default=True)
    assign_people = models.BooleanField("Let salespeople open their records in Business Central", default=True)
    item_availability = models.BooleanField("Publish Item Availability Web Service", default=False)
    order_integration = models.BooleanField("Enable Sales Order Integration", default=False)
    auto_create_orders = models.BooleanField("Automatically Create Sales Orders", default=False)
    auto_process_quotes = models.BooleanField("Automatically Process Sales Quotes", default=False)
    order_user = models.CharField("User that handles sales orders", max_length=200, blank=True)
    tables = models.JSONField("choices by table", default=dict, editable=False)
    user_with_roles = models.CharField(max_length=360, blank=True, editable=False)
    people_with_role = models.CharField(max_length=360, blank=True, editable=False)
    made_for = models.CharField(max_length=64, blank=True, editable=False)
    completed_at = models.DateTimeField("completed", null=True, editable=False)
    changed_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        verbose_name = "assisted setup of the connection"

    def __str__(self) -> str:
        return "Set up the Dynamics 365 Sales connection"

    @classmethod
    def current(cls) -> Guide:
        """The one row, made when it is first asked for. What was gone through, and what an administrator did, for
        another address, tenant, client or secret does not count any more."""
        guide = cls.objects.get_or_create(pk=1)[0]
        now = ConnectionSetup.current().stand
        if guide.made_for != now:
            guide._fall_back(now)
        return guide

    def pass_step(self, slug: str) -> None:
        """A person pressed Next here."""
        if slug not in self.done:
            self._store(done=[*self.done, slug])

    def return_to(self, slug: str) -> None:
        """This step, and with it the guide, is open again."""
        self._store(done=[one for one in self.done if one != slug])

    def _fall_back(self, now: str) -> None:
        """Steps that say nothing of an organization stay as they are. A row that does not say what it was made for is
        older than this rule."""
        if not self.made_for:
            self._store(made_for=now)
            return
        done = [slug for slug in self.done if slug not in OF_AN_ORGANIZATION]
        self._store(made_for=now, done=done, user_with_roles="", people_with_role="", completed_at=None)

    def choose_tables(self, choices: dict[str, dict[str, Any]]) -> None:
        """Name of a mapping -> ``direction`` and ``create``, as far as they differ from the standard."""
        before, after = in_words(self.tables), in_words(choices)
        self.tables = choices
        with transaction.atomic():
            self.save(update_fields=["tables", "changed_at"])
            if before != after:
                record(AuditEntry.Action.CHANGED, self._kind(), self, before, after)

    def roles_assigned(self, setup: ConnectionSetup) -> None:
        """An administrator has made this connection's user ready."""
        self._store(user_with_roles=_user(setup))

    def has_roles(self, setup: ConnectionSetup) -> bool:
        """Was that done for the user this connection signs in as now?"""
        return self.user_with_roles == _user(setup)

    def salespeople_see(self, setup: ConnectionSetup) -> None:
        """An administrator has given the salespeople of this organization their role."""
        self._store(people_with_role=setup.url)

    def has_seeing_people(self, setup: ConnectionSetup) -> bool:
        """Was that done in the organization this connection leads to now?"""
        return bool(self.people_with_role) and self.people_with_role == setup.url

    def complete(self, **chosen: bool) -> None:
        """Finish was pressed and everything in it done; ``chosen`` says what that was."""
        self._store(completed_at=timezone.now())
        done = {name.replace("_", " "): "yes" if yes else "no" for name, yes in chosen.items()}
        record(AuditEntry.Action.CHANGED, self._kind(), self, after={"finished": "yes", **done})

    def _store(self, **values: Any) -> None:
        """Write what is no entry of a person's, so that nobody else's form is overtaken by it."""
        type(self).objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)


def _user(setup: ConnectionSetup) -> str:
    return f"{setup.url} {setup.client_id}"


def in_words(choices: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Of each mapping that differs from the standard, as pages and the audit log say it."""
    created = {True: "create unmatched records", False: "coupled records only"}
    ways = {**dict(DIRECTIONS), "none": "not now"}
    return {
        name: f"{ways.get(one['direction'], one['direction'])}, {created[bool(one['create'])]}"
        for name, one in choices.items()
    }


GONE = "The process that held the sign-in is gone."


class AdministratorRun(Claimable):
    """One administrator's sign-in at work: how far it is and what came of it. The sign-in itself is never stored, so
    nobody can resume a run whose process is gone."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    current = models.CharField("doing", max_length=100, blank=True)
    percent = models.PositiveSmallIntegerField("percent", default=0)
    lines = models.JSONField("what was done", default=list)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "administrator's run"

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.current}"

    @classmethod
    def latest(cls) -> AdministratorRun | None:
        return cls.objects.select_related("by").first()

    @classmethod
    def begin(cls, user: Any) -> AdministratorRun | None:
        """A new run, held by who asks, unless one is under way."""
        with transaction.atomic():
            Guide.objects.select_for_update().get(pk=Guide.current().pk)
            for lost in cls.objects.hopeless():
                cls.objects.give_up(lost.pk, GONE)
            if cls.objects.active().exists():
                return None
            run: AdministratorRun | None = cls.objects.claim(cls.objects.create(by=user).pk)
            return run

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING and not self.is_dead

    # --- what the run itself writes, under its claim: ``Fenced`` where it is lost -----------------------------

    def take_up(self, what: str) -> None:
        """Begin with one task."""
        self._store(current=what, percent=0)

    def grow(self, percent: int) -> None:
        """How far the task is."""
        self._store(percent=percent)

    def note(self, message: str) -> None:
        """The task is done."""
        self._store(lines=[*self.lines, {"ok": True, "what": self.current, "message": message}])

    def finish(self, message: str | None = None, **also: Any) -> bool:
        return super().finish(message, percent=100, **also)

    def fail(self, message: str, code: str = "", **also: Any) -> bool:
        """The task could not be done; those after it are not begun."""
        lines = [*self.lines, {"ok": False, "what": self.current, "message": message}]
        return super().fail(message, code, lines=lines, **also)

    def stop(self, message: str) -> bool:
        """Nobody can go on with it, so it failed."""
        return self.fail(message)

    def _store(self, **values: Any) -> None:
        if not self.beat(**values):
            raise Fenced(f"{self} has ended already, or belongs to a process that was given up.")
        for name, value in values.items():
            setattr(self, name, value)
