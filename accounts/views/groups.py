"""A group: who belongs to it, and for its managers the buttons that change that."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import groups
from accounts.authentication import caller_of
from accounts.forms import MemberForm
from accounts.models import Group, User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """To strangers a group does not exist; only its managers add people."""
    user, found = caller_of(request), _visible(request, pk)
    may_manage = groups.may_manage(user, found)
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied
        if form.is_valid():
            added = cast(User, form.cleaned_data["person"])
            groups.add(found, added)
            text = _("%(person)s now belongs to “%(group)s”.")
            messages.success(request, text % {"person": added.display_name, "group": found})
            return redirect("accounts:group", pk)
    context = {
        "group": found,
        "memberships": found.memberships.select_related("user").order_by("user__username"),
        "may_manage": may_manage,
        "form": form,
    }
    return render(request, "accounts/group.html", context)


@login_required
@require_POST
def member(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """`do` is one of remove, manager, member. Everybody may leave."""
    user, found = caller_of(request), _visible(request, pk)
    person = get_object_or_404(User, pk=user_pk, memberships__group=found)
    wanted = request.POST.get("do", "")
    leaves = wanted == "remove" and person == user
    if not leaves and not groups.may_manage(user, found):
        raise PermissionDenied
    try:
        _change(found, person, wanted, user)
    except groups.LastManager:
        text = _("A group needs a manager: make somebody else one first.")
        messages.error(request, text)
    return redirect("accounts:profile") if leaves else redirect("accounts:group", pk)


def _change(group: Group, person: User, wanted: str, by: User) -> None:
    if wanted == "remove":
        groups.remove(group, person, by)
    elif wanted in {"manager", "member"}:
        groups.set_manager(group, person, wanted == "manager", by)
    else:
        raise Http404


def _visible(request: HttpRequest, pk: int) -> Group:
    user = caller_of(request)
    mine = Group.objects.all() if user.is_staff else user.catalogue_groups.all()
    return get_object_or_404(mine, pk=pk)
