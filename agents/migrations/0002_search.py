"""The rows of the search, and what each database looks them up by: an index of lexemes, or a table of FTS5.

A later migration that makes SQLite rebuild agents_searchrow drops its triggers: it has to put them back.
"""

import django.db.models.deletion
from django.db import migrations, models

POSTGRESQL = """
ALTER TABLE agents_searchrow ADD COLUMN lexemes tsvector
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED;
CREATE INDEX agents_searchrow_lexemes ON agents_searchrow USING gin (lexemes);
"""

SQLITE = (
    """CREATE VIRTUAL TABLE agents_search USING fts5(
        words, content='agents_searchrow', content_rowid='id', prefix='3 4', tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER agents_searchrow_added AFTER INSERT ON agents_searchrow BEGIN
        INSERT INTO agents_search(rowid, words) VALUES (new.id, new.words); END""",
    """CREATE TRIGGER agents_searchrow_gone AFTER DELETE ON agents_searchrow BEGIN
        INSERT INTO agents_search(agents_search, rowid, words) VALUES ('delete', old.id, old.words); END""",
    """CREATE TRIGGER agents_searchrow_changed AFTER UPDATE OF words ON agents_searchrow BEGIN
        INSERT INTO agents_search(agents_search, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO agents_search(rowid, words) VALUES (new.id, new.words); END""",
)


def make(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL)
        else:
            for statement in SQLITE:
                cursor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP TABLE agents_search")


def look_again(apps, schema_editor):
    """What was written before there was a search is due like anything that is written."""
    SearchDue = apps.get_model("agents", "SearchDue")
    for kind, name in (("memory", "Memory"), ("session", "Session")):
        rows = apps.get_model("agents", name)._base_manager.values_list("team", "public_id")
        SearchDue._base_manager.bulk_create(
            (SearchDue(team_id=team, kind=kind, about=about) for team, about in rows.iterator(2000)), batch_size=1000
        )


def forget(apps, schema_editor):
    apps.get_model("agents", "SearchDue")._base_manager.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_accounts"),
        ("agents", "0001_agents"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("statement", "Statement"),
                            ("memory", "Memory"),
                            ("session", "Session"),
                            ("change", "Change"),
                            ("proposal", "Proposal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("about", models.CharField(max_length=40)),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("statement", "Statement"),
                            ("memory", "Memory"),
                            ("session", "Session"),
                            ("change", "Change"),
                            ("proposal", "Proposal"),
                        ],
                        max_length=10,
                    ),
                ),
                ("about", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=1024)),
                ("text", models.TextField(blank=True)),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"
                    ),
                ),
                (
                    "namespace",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.namespace"
                    ),
                ),
                (
                    "record",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="search_row",
                        to="agents.statementrecord",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["team", "kind", "about"], name="agents_sear_team_id_d287e4_idx")],
            },
        ),
        migrations.RunPython(make, drop),
        migrations.RunPython(look_again, forget),
    ]
