from django.urls import path

from accounts.api.views import auth, keys, me, people, pictures

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
    path("users/me/preferences", me.Preferences.as_view()),
    path("users/me/search-history", me.SearchHistory.as_view()),
    path("users/me/search-history/<id:search_id>", me.OneSearch.as_view()),
    path("users/me/searches", me.SearchHistoryAlias.as_view()),
    path("users/me/searches/<id:search_id>", me.OneSearchAlias.as_view()),
    path("users/<id:user_id>", me.PublicProfile.as_view()),
    path("api-keys", keys.ApiKeys.as_view()),
    path("api-keys/<id:key_id>", keys.OneApiKey.as_view()),
    path("users/admin/users", people.People.as_view()),
    path("users/admin/users/<id:user_id>/status", people.Suspension.as_view()),
    path("admin/users", people.People.as_view()),
    path("admin/users/<id:user_id>/status", people.Suspension.as_view()),
    path("users/me/profile-picture", pictures.UploadPicture.as_view()),
    path("users/me/profile-picture-url", pictures.PointToPicture.as_view()),
]
