"""What lists look up on our side about the rows of both systems: their names, and which of them nobody coupled."""

from __future__ import annotations

from django.db import models

from integration.systems.values import Side

WORDS = 400
ORDER = ("table", "position", "record_id")
FREE, INSIDE = models.Q(coupled=False), models.Q(inside=True)


class CatalogTableQuerySet(models.QuerySet["CatalogTable"]):
    def with_news(self) -> CatalogTableQuerySet:
        """Each with the newest of its news, in the same query."""
        news = CouplingNews.objects.filter(table=models.OuterRef("pk")).order_by("-pk")
        return self.annotate(newest=models.Subquery(news.values("pk")[:1]))


class CatalogTable(models.Model):
    """How far the rows of one table are read. ``made_by``: which columns and filters they were read with; ``complete``:
    every row there is was read up to the cursor; ``newest``: the last of its news, where they were asked for."""

    newest: int | None = None

    side = models.CharField(max_length=3, choices=[(side.value, side.value) for side in Side])
    name = models.CharField(max_length=120)
    made_by = models.CharField(max_length=64, blank=True)
    cursor = models.TextField(blank=True)
    complete = models.BooleanField(default=False)

    objects = CatalogTableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["side", "name"], name="one_catalog_per_table")]

    def __str__(self) -> str:
        return f"{self.side} {self.name}"


class CatalogRow(models.Model):
    """One row of a system. ``position``: what a list is ordered by, folded; ``words``: what it is found by, folded;
    ``inside``: inside the filter of a mapping; ``coupled``: with a row of the other side, in any mapping that people
    work with, as far as the news of couplings are read."""

    table = models.ForeignKey(CatalogTable, models.CASCADE, related_name="rows")
    record_id = models.UUIDField()
    position = models.CharField(max_length=WORDS)
    words = models.TextField()
    inside = models.BooleanField(default=True)
    coupled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "record_id"], name="one_catalog_row_per_record")]
        indexes = [
            models.Index(fields=["table", "position", "record_id"], name="catalog_position"),
            models.Index(fields=["table", "position", "record_id"], name="catalog_free", condition=FREE),
            models.Index(
                fields=["table", "position", "record_id"], name="catalog_free_inside", condition=FREE & INSIDE
            ),
        ]

    def __str__(self) -> str:
        return self.words


class CouplingNews(models.Model):
    """A row was coupled, or is not any more: what a catalog still has to look at. The database itself writes it
    (``coupling.triggers``), so that no way to change a coupling is forgotten. A run only adds rows, so it waits for no
    reader."""

    table = models.ForeignKey(CatalogTable, models.CASCADE, related_name="news")
    record_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.table}: {self.record_id}"
