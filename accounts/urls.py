from django.urls import include, path

from accounts import views

app_name = "accounts"

team = [
    path("", views.team, name="team"),
    path("settings/", views.team_settings, name="team_settings"),
    path("invite/", views.invite, name="invite"),
    path("invitations/<str:invitation_id>/revoke/", views.invitation_revoke, name="invitation_revoke"),
    path("members/<str:membership_id>/", views.member, name="member"),
    path("members/<str:membership_id>/remove/", views.member_remove, name="member_remove"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<str:token_id>/revoke/", views.token_revoke, name="token_revoke"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("profile/", views.profile, name="profile"),
    path("profile/theme/", views.theme, name="theme"),
    path("join/<str:secret>/", views.accept, name="accept"),
    path("t/<slug:team>/team/", include(team)),
]
