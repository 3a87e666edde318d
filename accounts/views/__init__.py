from accounts.views.groups import group, member
from accounts.views.notices import notice_switches, notices
from accounts.views.passwords import (
    ChangePassword,
    ChooseNewPassword,
    ForgotPassword,
    forgot_password_sent,
)
from accounts.views.profile import profile, token_new, token_revoke
from accounts.views.signing_in import SignIn, expired_form, locked_out
from accounts.views.signing_up import sign_up, sign_up_sent

__all__ = [
    "ChangePassword",
    "ChooseNewPassword",
    "ForgotPassword",
    "SignIn",
    "expired_form",
    "forgot_password_sent",
    "group",
    "locked_out",
    "member",
    "notice_switches",
    "notices",
    "profile",
    "sign_up",
    "sign_up_sent",
    "token_new",
    "token_revoke",
]
