from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("demo/sign-in/", views.sign_in, name="sign_in"),
    path("demo/sign-in/again/", views.sign_in_again, name="sign_in_again"),
]
