from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config.health import healthz
from dreaming.views.curation import schema as curation_schema
from reviews.views.policy import published as policy_schema

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("t/<slug:team>/", include("agents.urls")),
    path("t/<slug:team>/", include("reviews.urls")),
    path("t/<slug:team>/", include("dreaming.urls")),
    path("t/<slug:team>/", include("compliance.urls")),
    path("curation.schema.json", curation_schema, name="curation_schema"),
    path("policy.schema.json", policy_schema, name="policy_schema"),
    path("api/v1/", include("config.api")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("demo.urls")))
