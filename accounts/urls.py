from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-up/", views.SignUp.as_view(), name="sign_up"),
    path("forgot/", views.ForgotPassword.as_view(), name="forgot_password"),
    path("reset/<str:token>/", views.ResetPassword.as_view(), name="reset_password"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("socket-token/", views.socket_token, name="socket_token"),
]
