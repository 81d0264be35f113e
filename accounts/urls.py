from django.urls import path

from accounts.views import account, entrance, passwords

app_name = "accounts"
urlpatterns = [
    path("", account.Account.as_view(), name="account"),
    path("confirm/<str:token>/", account.ConfirmEmail.as_view(), name="confirm_email"),
    path("sign-in/", entrance.SignIn.as_view(), name="sign_in"),
    path("sign-up/", entrance.SignUp.as_view(), name="sign_up"),
    path("sign-out/", entrance.sign_out, name="sign_out"),
    path("socket-token/", entrance.socket_token, name="socket_token"),
    path("forgot/", passwords.ForgotPassword.as_view(), name="forgot_password"),
    path("reset/<str:token>/", passwords.ResetPassword.as_view(), name="reset_password"),
]
