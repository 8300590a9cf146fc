from django.urls import path

from dreaming.views import agents, runs, settings

app_name = "dreaming"
urlpatterns = [
    path("agents/", agents.index, name="agents"),
    path("agents/<slug:agent>/", agents.show, name="agent"),
    path("agents/<slug:agent>/dreams/", settings.edit, name="settings"),
    path("agents/<slug:agent>/dream/", runs.start, name="run_now"),
    path("runs/", runs.index, name="runs"),
    path("runs/of/<str:run_id>/", runs.find, name="run_of"),
    path("runs/<int:run_number>/", runs.show, name="run"),
    path("runs/<int:run_number>/cancel/", runs.cancel, name="run_cancel"),
]
