from django.urls import path

from agents.views import memories, namespaces, roster, sessions, uploads

app_name = "agents"
urlpatterns = [
    path("agents/new/", roster.agent_new, name="agent_new"),
    path("agents/<slug:agent>/edit/", roster.agent_edit, name="agent_edit"),
    path("agents/<slug:agent>/archive/", roster.agent_archive, name="agent_archive"),
    path("agents/<slug:agent>/access/", roster.access, name="access"),
    path("agents/<slug:agent>/sessions/", sessions.index, name="sessions"),
    path("agents/<slug:agent>/upload/", uploads.transcripts, name="upload"),
    path("sessions/<str:session_id>/", sessions.show, name="session"),
    path("memory/", namespaces.index, name="namespaces"),
    path("memory/new/", namespaces.new, name="namespace_new"),
    path("memory/<slug:namespace>/", namespaces.show, name="namespace"),
    path("memory/<slug:namespace>/edit/", namespaces.edit, name="namespace_edit"),
    path("memory/<slug:namespace>/upload/", uploads.memory, name="memory_upload"),
    path("memories/<str:memory_id>/", memories.show, name="memory"),
    path("memories/<str:memory_id>/history/", memories.history, name="memory_history"),
    path("memories/<str:memory_id>/compare/", memories.compare, name="memory_compare"),
    path("memories/<str:memory_id>/lines/", memories.lines, name="memory_lines"),
]
