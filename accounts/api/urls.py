from django.urls import path

from accounts.api import views

urlpatterns = [
    path("auth/register", views.Register.as_view()),
    path("auth/login", views.Login.as_view()),
    path("auth/me", views.Me.as_view()),
    path("auth/refresh-token", views.RefreshToken.as_view()),
    path("auth/logout", views.Logout.as_view()),
]
