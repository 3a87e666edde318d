from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("sign-up/", views.sign_up, name="sign_up"),
    path("sign-up/sent/", views.sign_up_sent, name="sign_up_sent"),
    path("password/", views.ChangePassword.as_view(), name="password_change"),
    path("password/forgot/", views.ForgotPassword.as_view(), name="password_forgot"),
    path("password/forgot/sent/", views.forgot_password_sent, name="password_forgot_sent"),
    path(
        "password/choose/<uidb64>/<token>/",
        views.ChooseNewPassword.as_view(),
        name="password_choose",
    ),
    path("profile/", views.profile, name="profile"),
    path("notices/", views.notices, name="notices"),
    path("notices/switches/", views.notice_switches, name="notice_switches"),
    path("tokens/", views.token_new, name="token_new"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
    path("groups/<int:pk>/", views.group, name="group"),
    path("groups/<int:pk>/members/<int:user_pk>/", views.member, name="member"),
]
