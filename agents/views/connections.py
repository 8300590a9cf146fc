"""A team's connections to who serves the model."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import confirming, roles
from accounts.access import needs
from accounts.confirming import standing as confirmations
from agents.connections import abilities, checking, connecting, rekeying, residency
from agents.connections.forms import KeyForm, SettingsForm, initial_of
from agents.enums import Provider
from agents.models import Agent, Namespace
from audit import keys

_SECRET_FIELDS = tuple(KeyForm.base_fields)


@require_safe
@needs(roles.READ_TRAIL)
def index(request, team):
    rows = list(connecting.kept(request.team).order_by("name", "pk"))
    manages = request.membership.may(roles.MANAGE_CONNECTIONS)
    context = {"rows": rows, "most": connecting.MOST, "manages": manages and len(rows) < connecting.MOST}
    return render(request, "agents/connections/index.html", context)


@require_safe
@needs(roles.MANAGE_CONNECTIONS)
def choose(request, team):
    return render(request, "agents/connections/choose.html", {"providers": abilities.providers()})


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_CONNECTIONS)
@sensitive_post_parameters(*_SECRET_FIELDS)
@sensitive_variables()
@never_cache
def new(request, team, provider):
    if provider not in Provider.values:
        raise Http404
    anything = {"holds": ["-"], "dreams_hold": ["-"]}
    form = SettingsForm(request.POST or None, provider=provider, labels=_labels(request), initial=anything)
    if request.method == "POST" and form.is_valid():
        saved = _saved(form, lambda: _connect(request, provider, form))
        if saved is not None:
            return redirect(saved.connection)
    context = {"form": form, "provider": Provider(provider)}
    return render(request, "agents/connections/new.html", context, status=422 if form.errors else 200)


@require_safe
@needs(roles.READ_TRAIL)
def show(request, team, connection_id):
    row = _connection_or_404(request, connection_id)
    held = [one for one in (connecting.waiting(row), rekeying.waiting(row)) if one]
    context = {
        "row": row,
        "abilities": abilities.of(row),
        "models": row.able.get("models", []),
        "standings": [confirmations.of(one, request.membership) for one in held],
        "manages": request.membership.may(roles.MANAGE_CONNECTIONS),
    }
    return render(request, "agents/connections/connection.html", context)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_CONNECTIONS)
def edit(request, team, connection_id):
    row = _connection_or_404(request, connection_id)
    form = SettingsForm(
        request.POST or None, provider=row.provider, labels=_labels(request, row), keyed=False, initial=initial_of(row)
    )
    if request.method == "POST" and form.is_valid():
        saved = _saved(form, lambda: _change(request, row, form))
        if saved is not None:
            waits = saved.held and saved.held.is_waiting
            messages.success(request, _("Saved; the rest waits for a second person.") if waits else _("Saved."))
            return redirect(row)
    context = {"form": form, "row": row}
    return render(request, "agents/connections/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_CONNECTIONS)
@sensitive_post_parameters(*_SECRET_FIELDS)
@sensitive_variables()
@never_cache
def key(request, team, connection_id):
    row = _connection_or_404(request, connection_id)
    form = KeyForm(request.POST or None, provider=row.provider)
    if request.method == "POST" and form.is_valid():
        saved = _saved(form, lambda: _replace(request, row, form))
        if saved is not None:
            messages.success(request, _replaced(saved))
            return redirect(row)
    context = {"form": form, "row": row}
    return render(request, "agents/connections/key.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_CONNECTIONS)
def check(request, team, connection_id):
    row = _connection_or_404(request, connection_id)
    if row.waits:
        messages.error(request, _("A second person has to agree first."))
    else:
        row = checking.check(connection=row, by=request.user, at=timezone.now())
        messages.success(request, _("Checked.")) if not row.problem else messages.error(request, row.problem)
    return redirect(row)


@require_POST
@needs(roles.MANAGE_CONNECTIONS)
def remove(request, team, connection_id):
    row = _connection_or_404(request, connection_id)
    connecting.remove(connection=row, by=request.user, at=timezone.now())
    messages.success(request, _("Nothing is sent there any more, and its key is destroyed."))
    return redirect("agents:connections", team)


def _connect(request, provider, form):
    given = {"secret": form.secret, "settings": form.settings, "by": request.user, "at": timezone.now()}
    return connecting.connect(team=request.team, provider=provider, **given)


def _change(request, row, form):
    return connecting.change(connection=row, settings=form.settings, by=request.user, at=timezone.now())


def _replace(request, row, form):
    return rekeying.replace(connection=row, secret=form.secret, by=request.user, at=timezone.now())


def _replaced(saved):
    if saved.held.is_waiting:
        return _("The other key is kept encrypted until a second person agrees.")
    return _("The other key signs in from now on. Check what it may do.")


@sensitive_variables()
def _saved(form, save):
    """What the verb returns; None where it refuses, with the reason on the form."""
    try:
        return save()
    except connecting.TooMany:
        form.add_error(
            None, _("A team has at most %(most)s connections. Remove one first.") % {"most": connecting.MOST}
        )
    except connecting.NameTaken:
        form.add_error("name", _("The team has another connection of this name."))
    except connecting.Waits:
        form.add_error(None, _("A second person has to agree first."))
    except connecting.Gone:
        form.add_error(None, _("This connection was removed meanwhile."))
    except (confirming.Denied, confirming.NoLongerHolds, keys.BadKey) as refused:
        form.add_error(None, str(refused))
    return None


def _labels(request, row=None):
    """What the team uses, and what this connection was given before."""
    agents = Agent.objects.of(request.team).active().values_list("residency", flat=True)
    namespaces = Namespace.objects.of(request.team).values_list("residency", flat=True)
    given = [*row.holds, *row.dreams_hold] if row else []
    return residency.known_in([*agents, *given], namespaces)


def _connection_or_404(request, connection_id):
    return get_object_or_404(connecting.kept(request.team), public_id=connection_id)
