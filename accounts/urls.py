from django.urls import include, path

from accounts.views import confirmations, person, team, tokens

app_name = "accounts"

team_pages = [
    path("", team.index, name="team"),
    path("settings/", team.settings, name="team_settings"),
    path("invite/", team.invite, name="invite"),
    path("invitations/<str:invitation_id>/revoke/", team.invitation_revoke, name="invitation_revoke"),
    path("members/<str:membership_id>/", team.member, name="member"),
    path("members/<str:membership_id>/remove/", team.member_remove, name="member_remove"),
    path("tokens/", tokens.index, name="tokens"),
    path("tokens/<str:token_id>/revoke/", tokens.revoke, name="token_revoke"),
]

confirmation_pages = [
    path("", confirmations.index, name="confirmations"),
    path("<str:confirmation_id>/", confirmations.detail, name="confirmation"),
    path("<str:confirmation_id>/confirm/", confirmations.confirm, name="confirmation_confirm"),
    path("<str:confirmation_id>/refuse/", confirmations.refuse, name="confirmation_refuse"),
    path("<str:confirmation_id>/withdraw/", confirmations.withdraw, name="confirmation_withdraw"),
]

urlpatterns = [
    path("", person.home, name="home"),
    path("profile/", person.profile, name="profile"),
    path("profile/keys/", person.keys, name="keys"),
    path("profile/theme/", person.theme, name="theme"),
    path("join/<str:secret>/", person.accept, name="accept"),
    path("t/<slug:team>/confirmations/", include(confirmation_pages)),
    path("t/<slug:team>/team/", include(team_pages)),
]
