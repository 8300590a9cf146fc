from django.urls import path

from compliance import views

app_name = "compliance"
urlpatterns = [
    path("audit/", views.trail, name="trail"),
    path("audit/events/<str:event_id>/", views.event, name="event"),
    path("audit/export/", views.export, name="export"),
    path("audit/verify/", views.verify, name="verify"),
]
