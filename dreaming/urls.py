from django.urls import path

from dreaming.views import agents, curation, runs, settings

app_name = "dreaming"
urlpatterns = [
    path("agents/", agents.index, name="agents"),
    path("agents/<slug:agent>/", agents.show, name="agent"),
    path("agents/<slug:agent>/dreams/", settings.edit, name="settings"),
    path("agents/<slug:agent>/dreams/curation/", curation.edit, name="curation"),
    path("agents/<slug:agent>/dreams/curation/document/", curation.document, name="curation_document"),
    path("agents/<slug:agent>/dreams/compare/", settings.compare, name="settings_compare"),
    path("agents/<slug:agent>/dream/", runs.start, name="run_now"),
    path("runs/", runs.index, name="runs"),
    path("runs/of/<str:run_id>/", runs.find, name="run_of"),
    path("runs/<int:run_number>/", runs.show, name="run"),
    path("runs/<int:run_number>/cancel/", runs.cancel, name="run_cancel"),
]
