from __future__ import annotations

from django.db import models

from accounts.models import TeamModel
from agents.enums import SearchKind
from agents.models.memories import StatementRecord
from agents.models.roster import Agent, Namespace


class SearchRow(TeamModel):
    """What the search looks through, derived from the rows it is about and made anew from them.

    `about` is the public id of what a hit opens, `words` what the text says in the form that is looked up
    (`agents.search.words`). The database indexes `words` (migration 0002_search).
    """

    kind = models.CharField(max_length=10, choices=SearchKind)
    about = models.CharField(max_length=40)
    record = models.OneToOneField(StatementRecord, on_delete=models.PROTECT, null=True, related_name="search_row")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, null=True, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=1024)
    text = models.TextField(blank=True)
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=("team", "kind", "about"))]


class SearchDue(TeamModel):
    """Something that was written and that the search does not know as it is now. Taken away when it does."""

    kind = models.CharField(max_length=10, choices=SearchKind)
    about = models.CharField(max_length=40)
