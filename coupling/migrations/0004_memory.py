"""What the engine remembers of a pair, by its new rules: debts for each direction, waits of their own, marked halves."""

import json
import re
import uuid

import django.db.models.deletion
from django.db import migrations, models

AT_ONCE = 500
MARKS = "?!~*=>"
TRANSLATED = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|-?[0-9]+")
"""A reference, or an option: the only values that could be without a partner before."""
RESULTS = [
    ("", ""), ("success", "Success"), ("failure", "Failure"), ("waiting", "Waiting"), ("left-out", "Left out"),
    ("skipped", "Skipped"),
]


def half(text):
    """A value as it was kept before, with the mark it has now. ``?`` alone stood for a decision; before a reference
    or an option it said that there was no partner."""
    if text == "?":
        return "*"
    if text[:1] == "?" and TRANSLATED.fullmatch(text[1:]):
        return text
    return "=" + text if text and text[0] in MARKS else text


def halves(text, adopt):
    kept = json.loads(text) if text else {}
    found = {}
    for key, value in kept.items():
        erp, crm = (value, value) if isinstance(value, str) else value
        erp, crm = half(erp), half(crm)
        if adopt and not crm.startswith(("?", "*")):
            crm = "!" + crm.removeprefix("=")
        found[key] = erp if erp == crm else ">" + erp if crm == "!" + erp else [erp, crm]
    return found


def packed(found):
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False) if found else ""


def converted(row, wait):
    """The row by the new rules, and its waits."""
    waits = []
    for direction, towards in (("to_crm", "crm"), ("to_erp", "erp")):
        result = getattr(row, f"{direction}_result")
        table, _, id = getattr(row, f"{direction}_waiting_for").partition("/")
        if id and result in ("success", "waiting"):
            waits.append(wait(mapping_id=row.mapping_id, erp_id=row.erp_id, crm_id=row.crm_id, towards=towards,
                              table=table, record_id=uuid.UUID(id)))
        if row.skipped and result in ("failure", "waiting"):
            setattr(row, f"{direction}_result", "skipped")
    if row.skipped and "skipped" not in (row.to_crm_result, row.to_erp_result):
        row.to_crm_result = "skipped"
    row.owed_crm = row.pending in ("to_crm", "both")
    row.owed_erp = row.pending in ("to_erp", "both")
    row.seen_erp = "" if row.seen_erp == "?" else row.seen_erp
    row.seen_crm = "" if row.seen_crm == "?" else row.seen_crm
    row.agreed = packed(halves(row.agreed, row.adopt))
    row.writing = "crm" + packed(halves(row.writing, False)) if row.writing else ""
    return waits


def convert(apps, schema_editor):
    coupling, wait = apps.get_model("coupling", "Coupling"), apps.get_model("coupling", "Wait")
    last = 0
    while rows := list(coupling.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        waits = [one for row in rows for one in converted(row, wait)]
        wait.objects.bulk_create(waits)
        coupling.objects.bulk_update(rows, [
            "seen_erp", "seen_crm", "agreed", "owed_erp", "owed_crm", "to_crm_result", "to_erp_result", "writing",
        ])


class Migration(migrations.Migration):

    dependencies = [
        ("coupling", "0003_waiting_and_writing"),
    ]

    operations = [
        migrations.RenameField("coupling", "erp_version", "seen_erp"),
        migrations.RenameField("coupling", "crm_version", "seen_crm"),
        migrations.AddField("coupling", "owed_erp", models.BooleanField(default=False)),
        migrations.AddField("coupling", "owed_crm", models.BooleanField(default=False)),
        migrations.AddField("coupling", "raised", models.PositiveIntegerField(default=0)),
        migrations.AlterField("coupling", "to_crm_result", models.CharField(blank=True, choices=RESULTS, max_length=8)),
        migrations.AlterField("coupling", "to_erp_result", models.CharField(blank=True, choices=RESULTS, max_length=8)),
        migrations.CreateModel(
            name="Wait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("erp_id", models.UUIDField()),
                ("crm_id", models.UUIDField()),
                ("towards", models.CharField(choices=[("erp", "erp"), ("crm", "crm")], max_length=3)),
                ("table", models.CharField(max_length=120)),
                ("record_id", models.UUIDField()),
                ("mapping", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="waits",
                                              to="integration.tablemapping")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["record_id"], name="coupling_wa_record__idx"),
                    models.Index(fields=["mapping", "erp_id"], name="coupling_wa_mapping_idx"),
                ],
            },
        ),
        migrations.RunPython(convert, elidable=True),
    ]
