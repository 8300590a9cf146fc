from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import members
from accounts.enums import Role
from accounts.models import Team
from audit import trail

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Command(BaseCommand):
    help = "Make a team and print the link with which its first admin joins."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="mail address of the first admin")

    def handle(self, *, name, admin, **options):
        try:
            validate_email(admin)
        except ValidationError as wrong:
            raise CommandError(_("%(email)s is no mail address.") % {"email": admin}, returncode=2) from wrong
        if not name.strip():
            raise CommandError(_("The team needs a name."), returncode=2)
        at = timezone.now()
        with trail.unit_of_work(at=at):
            team = _team(name.strip(), at)
            roles = [Role.ADMIN, Role.LEAD]  # whoever is alone at first has to be able to decide, too
            invitation, secret = members.invite(team=team, email=admin, roles=roles, by=trail.SYSTEM, at=at)
        self.stdout.write(
            _("%(email)s joins the team %(team)s as admin and lead by this link, once and within %(days)s days:")
            % {"email": invitation.email, "team": team.name, "days": members.INVITATION_DAYS}
        )
        self.stdout.write(f"\n  {members.link(_base_url(), secret)}\n")
        self.stdout.write(_("If Lucid is served elsewhere, put that host and port in place of these."))


def _team(name, at):
    """A new team, or the one of this name that nobody runs yet: its link was lost or has ended."""
    slug = slugify(name)
    team = Team.objects.filter(slug=slug).first() if slug else None
    if team is None:
        return members.create_team(name=name, slug=slug, by=trail.SYSTEM, at=at)
    if members.has_admin(team):
        raise CommandError(_("There is a team %(team)s already, and its admins can invite.") % {"team": team.name})
    return team


def _base_url():
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    host = named[0] if named else "127.0.0.1"
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    return f"{scheme}://{host}:8000" if host in LOOPBACK else f"{scheme}://{host}"
