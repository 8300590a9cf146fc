from django.urls import path

from reviews.views import inbox, proposal

app_name = "reviews"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("proposals/<int:number>/", proposal.proposal, name="proposal"),
    path("changes/<str:change_id>/", proposal.change, name="change"),
]
