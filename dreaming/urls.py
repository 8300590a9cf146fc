from django.urls import path

from dreaming.views import agents, costs, curation, derived, leftovers, runs, settings

app_name = "dreaming"
urlpatterns = [
    path("agents/", agents.index, name="agents"),
    path("agents/<slug:agent>/", agents.show, name="agent"),
    path("agents/<slug:agent>/dreams/", settings.edit, name="settings"),
    path("agents/<slug:agent>/dreams/curation/", curation.edit, name="curation"),
    path("agents/<slug:agent>/dreams/curation/document/", curation.document, name="curation_document"),
    path("agents/<slug:agent>/dreams/compare/", settings.compare, name="settings_compare"),
    path("agents/<slug:agent>/dream/", runs.start, name="run_now"),
    path("agents/<slug:agent>/dream/estimate/", costs.estimate, name="estimate"),
    path("sessions/<str:session_id>/derived/", derived.show, name="derived"),
    path("sessions/<str:session_id>/taint/", derived.mark, name="taint"),
    path("sessions/<str:session_id>/clear/", derived.clear, name="clear_taint"),
    path("sessions/<str:session_id>/revoke/", derived.revoke, name="revoke"),
    path("agents/<slug:agent>/spending/", costs.limits, name="caps_of"),
    path("spending/", costs.index, name="costs"),
    path("spending/sheet/", costs.sheet, name="costs_sheet"),
    path("spending/limits/", costs.limits, name="caps"),
    path("spending/prices/", costs.price_list, name="prices"),
    path("runs/", runs.index, name="runs"),
    path("runs/leftovers/", leftovers.index, name="leftovers"),
    path("runs/<int:run_number>/leftovers/", leftovers.hand_over, name="leftovers_hand_over"),
    path("runs/<int:run_number>/leftovers/let-go/", leftovers.let_go, name="leftovers_let_go"),
    path("runs/of/<str:run_id>/", runs.find, name="run_of"),
    path("runs/<int:run_number>/", runs.show, name="run"),
    path("runs/<int:run_number>/cancel/", runs.cancel, name="run_cancel"),
]
