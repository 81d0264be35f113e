from django.urls import path

from accounts.api.views import auth

urlpatterns = [
    path("auth/register", auth.Register.as_view()),
    path("auth/login", auth.Login.as_view()),
    path("auth/me", auth.Me.as_view()),
    path("auth/check-email", auth.CheckEmail.as_view()),
    path("auth/change-password", auth.ChangePassword.as_view()),
    path("auth/forgot-password", auth.ForgotPassword.as_view()),
    path("auth/reset-password", auth.ResetPassword.as_view()),
    path("auth/refresh-token", auth.RefreshToken.as_view()),
    path("auth/logout", auth.Logout.as_view()),
]
