from django.urls import path

from reviews.views import (
    change,
    closing,
    deciding,
    editing,
    filters,
    inbox,
    proposal,
    proposing,
    resolving,
    search,
    splitting,
)

app_name = "reviews"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("search/", search.search, name="search"),
    path("filters/save/", filters.save, name="filter_save"),
    path("filters/<str:filter_id>/remove/", filters.remove, name="filter_remove"),
    path("proposals/<int:number>/", proposal.proposal, name="proposal"),
    path("proposals/<int:number>/more/", proposal.more, name="more"),
    path("proposals/<int:number>/view/", proposal.show_as, name="show_as"),
    path("proposals/<int:number>/revert/", closing.revert, name="revert"),
    path("proposals/<int:number>/withdraw/", closing.withdraw, name="withdraw"),
    path("changes/<str:change_id>/", change.change, name="change"),
    path("changes/<str:change_id>/panels/<slug:panel>/", change.panel, name="panel"),
    path("changes/<str:change_id>/revisions/", proposal.revisions, name="revisions"),
    path("changes/<str:change_id>/decide/", deciding.decide, name="decide"),
    path("changes/<str:change_id>/withdraw-vote/", deciding.withdraw_vote, name="withdraw_vote"),
    path("changes/<str:change_id>/apply/", deciding.apply_now, name="apply_now"),
    path("changes/<str:change_id>/parts/", splitting.parts, name="parts"),
    path("changes/<str:change_id>/resolve/", resolving.resolve, name="resolve"),
    path("changes/<str:change_id>/revert/", closing.revert_one, name="revert_one"),
    path("changes/<str:change_id>/edit/", editing.edit, name="edit"),
    path("decisions/<str:decision_id>/dismiss/", deciding.dismiss, name="dismiss"),
    path("memories/<str:memory_id>/propose/", proposing.to_memory, name="new"),
    path("memory/<slug:namespace>/propose/", proposing.to_namespace, name="new_memory"),
]
