from django.urls import URLPattern

app_name = "dreaming"
urlpatterns: list[URLPattern] = []
