from django.urls import path

from accounts.api.views import gateway

urlpatterns = [
    path("auth/register", gateway.Register.as_view()),
    path("auth/login", gateway.Login.as_view()),
    path("auth/refresh", gateway.Refresh.as_view()),
    path("auth/change-password", gateway.ChangePassword.as_view()),
    path("auth/logout", gateway.Logout.as_view()),
    path("me/ping", gateway.Ping.as_view()),
]
