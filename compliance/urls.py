from django.urls import path

from compliance import views
from compliance.access import views as access
from compliance.erasure import views as erasing
from compliance.following import views as following
from compliance.overview import views as overview
from compliance.packs import views as packs
from compliance.past import views as past
from compliance.retention import views as retaining
from compliance.sealing import views as sealing
from compliance.streaming import views as streaming

app_name = "compliance"
urlpatterns = [
    path("audit/erasures/", erasing.erasures, name="erasures"),
    path("audit/erasures/new/", erasing.prepare, name="erasure_new"),
    path("audit/erasures/<str:erasure_id>/", erasing.erasure, name="erasure"),
    path("audit/erasures/<str:erasure_id>/ask/", erasing.ask, name="erasure_ask"),
    path("audit/holds/", erasing.holds, name="holds"),
    path("audit/holds/new/", erasing.hold, name="hold"),
    path("audit/holds/<str:hold_id>/lift/", erasing.lift, name="hold_lift"),
    path("audit/retention/", retaining.retention, name="retention"),
    path("audit/retention/ask/", retaining.ask, name="retention_ask"),
    path("audit/retention/prune/", retaining.prune, name="retention_prune"),
    path("audit/", views.trail, name="trail"),
    path("audit/events/<str:event_id>/", views.event, name="event"),
    path("audit/events/<str:event_id>/values/", views.values, name="event_values"),
    path("audit/export/", packs.export, name="export"),
    path("audit/exports/", packs.index, name="exports"),
    path("audit/exports/new/", packs.new, name="export_new"),
    path("audit/exports/saved/", packs.saved, name="export_saved"),
    path("audit/exports/save/", packs.save, name="export_save"),
    path("audit/exports/saved/<str:definition_id>/run/", packs.run, name="export_run"),
    path("audit/exports/saved/<str:definition_id>/monthly/", packs.switch, name="export_monthly"),
    path("audit/exports/saved/<str:definition_id>/remove/", packs.remove, name="export_remove"),
    path("audit/exports/<str:export_id>/", packs.show, name="export_one"),
    path("audit/exports/<str:export_id>/cancel/", packs.cancel, name="export_cancel"),
    path("audit/exports/<str:export_id>/file/", packs.download, name="export_file"),
    path("audit/overview/", overview.home, name="home"),
    path("audit/controls/", overview.control_map, name="controls"),
    path("audit/follow/", following.find, name="follow_find"),
    path("audit/follow/<str:followed_id>/", following.follow, name="follow"),
    path("audit/access/", access.show, name="access"),
    path("audit/access/reviewed/", access.reviewed, name="access_reviewed"),
    path("audit/access/sheet/", access.sheet, name="access_sheet"),
    path("audit/duties/", access.duties, name="duties"),
    path("audit/duties/sheet/", access.duties_sheet, name="duties_sheet"),
    path("audit/past/", past.show, name="past"),
    path("audit/past/download/", past.download, name="past_download"),
    path("audit/checkpoints/", sealing.checkpoints, name="checkpoints"),
    path("audit/streams/", streaming.index, name="streams"),
    path("audit/streams/new/", streaming.new, name="stream_new"),
    path("audit/streams/add/", streaming.add, name="stream_add"),
    path("audit/streams/<str:destination_id>/", streaming.show, name="stream"),
    path("audit/streams/<str:destination_id>/pause/", streaming.pause, name="stream_pause"),
    path("audit/streams/<str:destination_id>/resume/", streaming.resume, name="stream_resume"),
    path("audit/streams/<str:destination_id>/test/", streaming.test, name="stream_test"),
    path("audit/streams/<str:destination_id>/remove/", streaming.remove, name="stream_remove"),
    path("audit/verify/", views.verify, name="verify"),
]
