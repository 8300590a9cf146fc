"""What orders the queue, and which changes say the same. Rows that were there get their place in the next migration."""

from datetime import UTC, datetime

from django.db import migrations, models

NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_desk")]

    operations = [
        migrations.AddField(
            "change", "alike", models.CharField(blank=True, default="", max_length=40), preserve_default=False
        ),
        migrations.AddField("change", "compared", models.BigIntegerField(null=True)),
        migrations.AddField("proposal", "due_at", models.DateTimeField(default=NEVER), preserve_default=False),
        migrations.AddField("proposal", "overdue_at", models.DateTimeField(null=True)),
        migrations.AddField("proposal", "rank_at", models.DateTimeField(default=NEVER), preserve_default=False),
        migrations.AddField(
            "proposal",
            "tier",
            models.CharField(
                choices=[("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")],
                default="low",
                max_length=8,
            ),
        ),
        migrations.AddField("proposal", "waiting", models.PositiveIntegerField(default=0)),
        migrations.AddIndex(
            "change",
            models.Index(
                condition=models.Q(("alike", ""), _negated=True), fields=["team", "alike"], name="changes_alike"
            ),
        ),
        migrations.AddIndex(
            "proposal",
            models.Index(fields=["team", "state", "rank_at", "opened_at", "id"], name="reviews_pro_team_id_fe689a_idx"),
        ),
    ]
