"""One question over memory, sessions, changes and proposals; its filters stand in the address."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.access import needs
from agents.search import finding, words
from agents.search.finding import Scope
from reviews.forms import SearchForm
from reviews.reading import searching


@require_safe
@needs(roles.VIEW)
def search(request, team):
    form = SearchForm(request.GET or None, team=request.team)
    asked, scope = words.ask(""), Scope()
    if form.is_bound and form.is_valid():
        asked, scope = words.ask(form.cleaned_data["q"]), form.scope
    found = finding.find(team=request.team, asked=asked, scope=scope)
    context = {
        "form": form,
        "asked": asked,
        "found": found,
        "hits": searching.hits(found.rows, team=request.team, asked=asked),
        "near": searching.hits(found.near, team=request.team, asked=asked),
    }
    return render(request, "reviews/search.html", context, status=422 if form.errors else 200)
