"""G/L accounts and VAT: which rate is charged on what to whom."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from integration.business_central.fields import Code, Text, blanks, five_places, relation
from integration.business_central.models.base import CompanyRow
from integration.business_central.models.setup import CodeTable
from integration.business_central.models.sold import Sold


class VatBusinessPostingGroup(CodeTable):
    """Who is sold to: at home, in the union, elsewhere."""

    code = Code("Code", max_length=20, unique=True, blank=False)
    description = Text("Description", max_length=100)

    class Meta:
        ordering = ["code"]
        verbose_name = "VAT Business Posting Group"


class VatProductPostingGroup(CodeTable):
    """What is sold: at the standard rate, a reduced one, none."""

    code = Code("Code", max_length=20, unique=True, blank=False)
    description = Text("Description", max_length=100)

    class Meta:
        ordering = ["code"]
        verbose_name = "VAT Product Posting Group"


class VatPostingSetup(CompanyRow):
    """The rate of two groups. Either may be blank; a rate of 0 is a rate. Lines with the same identifier are one VAT
    group of a document."""

    few = True
    number_field = "vat_identifier"
    key = ("vat_bus_posting_group", "vat_prod_posting_group")

    vat_bus_posting_group = relation("business_central.VatBusinessPostingGroup", "VAT Bus. Posting Group")
    vat_prod_posting_group = relation("business_central.VatProductPostingGroup", "VAT Prod. Posting Group")
    vat_identifier = Code("VAT Identifier", max_length=20, blank=False)
    vat_percent = five_places("VAT %", least=0)

    class Meta:
        ordering = ["vat_bus_posting_group__code", "vat_prod_posting_group__code"]
        verbose_name = "VAT Posting Setup"
        verbose_name_plural = "VAT Posting Setup"
        constraints = [
            models.UniqueConstraint(
                *blanks("vat_bus_posting_group", "vat_prod_posting_group"), name="vat_posting_setup_key",
                violation_error_message="There is a rate for these groups already.",
            )
        ]  # fmt: skip

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.vat_percent > 100:
            yield "vat_percent", "VAT % takes values from 0 to 100."


class GLAccount(Sold):
    line_type = 1
    few = True
    number_field = "no"
    name_field = "name"
    key = ("no",)

    no = Code("No.", max_length=20, unique=True, blank=False)
    name = Text("Name", max_length=100)
    blocked = models.BooleanField("Blocked", default=False)
    vat_prod_posting_group = relation("business_central.VatProductPostingGroup", "VAT Prod. Posting Group")

    class Meta:
        ordering = ["no"]
        verbose_name = "G/L Account"
