from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.groups import person_named
from accounts.models import ApiToken, Frequency, User


class SignInForm(AuthenticationForm):
    """Nothing but what Django checks; here for the texts."""


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "organisation_name"]
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "organisation_name": forms.TextInput(attrs={"autocomplete": "organization"}),
        }


class MailForm(forms.ModelForm):
    mail_language = forms.ChoiceField(
        label=gettext_lazy("Language of mails"), choices=settings.LANGUAGES, required=False
    )
    report_mails = forms.ChoiceField(
        label=gettext_lazy("Report on the catalogue by mail"),
        choices=Frequency.choices,
        required=False,
    )

    class Meta:
        model = User
        fields = ["report_mails", "mail_language"]


class SignUpForm(forms.ModelForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("A link is sent there, with which you choose your password."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    class Meta:
        model = User
        fields = ["username", "email", "first_name", "last_name"]
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "username"})}
        help_texts = {"username": gettext_lazy("Letters, digits and @ . + - _")}

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        UnicodeUsernameValidator()(name)
        if User.objects.filter(username__iexact=name).exists() and not self._is_own(name):
            raise ValidationError(_("This user name is taken: choose another."))
        return name

    def validate_unique(self) -> None:
        """Said above, where case does not tell two names apart."""

    def _is_own(self, name: str) -> bool:
        """Asked for again, after the first mail was lost or its link had expired."""
        email = self.data.get("email", "")
        return User.objects.filter(username=name, email__iexact=email).exists()


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name"]
        labels = {"name": gettext_lazy("What it is for")}
        help_texts = {"name": gettext_lazy("So that you know later which one to revoke.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class MemberForm(forms.Form):
    person = forms.CharField(
        max_length=254,
        label=gettext_lazy("User name or e-mail address"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_person(self) -> User:
        found = person_named(self.cleaned_data["person"])
        if found is None:
            raise ValidationError(_("Nobody here has this user name or e-mail address."))
        return found
