"""Pages of no room's own."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe


class Specimen(forms.Form):
    """One field of each kind, some of them wrong."""

    title = forms.CharField(label=_("Title"), help_text=_("What the layer shows."))
    abstract = forms.CharField(label=_("Abstract"), widget=forms.Textarea(attrs={"rows": 3}))
    published = forms.BooleanField(label=_("Published"), required=False)
    kind = forms.ChoiceField(
        label=_("Type"), choices=[("dataset", _("Dataset")), ("service", _("Service"))]
    )
    day = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))


@login_required
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component of the style sheet at once, for whoever changes one."""
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied
    form = Specimen({"title": "", "abstract": "…", "kind": "dataset", "day": ""})
    return render(request, "components.html", {"form": form})
