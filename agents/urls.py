from django.urls import path

from agents.views import connections, memories, namespaces, platform, roster, sessions, stores, uploads

app_name = "agents"
urlpatterns = [
    path("agents/new/", roster.agent_new, name="agent_new"),
    path("agents/<slug:agent>/edit/", roster.agent_edit, name="agent_edit"),
    path("agents/<slug:agent>/archive/", roster.agent_archive, name="agent_archive"),
    path("agents/<slug:agent>/access/", roster.access, name="access"),
    path("agents/<slug:agent>/platform/", platform.show, name="platform"),
    path("agents/<slug:agent>/platform/pull/", platform.pull, name="platform_pull"),
    path("agents/<slug:agent>/platform/part/", platform.part, name="platform_part"),
    path("agents/<slug:agent>/sessions/", sessions.index, name="sessions"),
    path("agents/<slug:agent>/upload/", uploads.transcripts, name="upload"),
    path("connections/", connections.index, name="connections"),
    path("connections/new/", connections.choose, name="connection_choose"),
    path("connections/new/<slug:provider>/", connections.new, name="connection_new"),
    path("connections/<str:connection_id>/", connections.show, name="connection"),
    path("connections/<str:connection_id>/edit/", connections.edit, name="connection_edit"),
    path("connections/<str:connection_id>/key/", connections.key, name="connection_key"),
    path("connections/<str:connection_id>/check/", connections.check, name="connection_check"),
    path("connections/<str:connection_id>/remove/", connections.remove, name="connection_remove"),
    path("sessions/<str:session_id>/", sessions.show, name="session"),
    path("memory/", namespaces.index, name="namespaces"),
    path("memory/new/", namespaces.new, name="namespace_new"),
    path("memory/<slug:namespace>/", namespaces.show, name="namespace"),
    path("memory/<slug:namespace>/edit/", namespaces.edit, name="namespace_edit"),
    path("memory/<slug:namespace>/store/", stores.show, name="namespace_store"),
    path("memory/<slug:namespace>/store/edit/", stores.edit, name="namespace_store_edit"),
    path("memory/<slug:namespace>/store/sync/", stores.sync, name="namespace_store_sync"),
    path("memory/<slug:namespace>/upload/", uploads.memory, name="memory_upload"),
    path("memories/<str:memory_id>/", memories.show, name="memory"),
    path("memories/<str:memory_id>/history/", memories.history, name="memory_history"),
    path("memories/<str:memory_id>/compare/", memories.compare, name="memory_compare"),
    path("memories/<str:memory_id>/lines/", memories.lines, name="memory_lines"),
]
