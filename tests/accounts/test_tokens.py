from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as DjangoGroup
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Group, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_browser(browser, user):
    user.is_staff = user.is_superuser = True
    user.save()
    return browser


def test_only_a_digest_of_a_token_is_kept(user):
    token, text = ApiToken.objects.issue(user, "script")
    assert text not in str(vars(token))
    assert ApiToken.objects.user_of(text) == user
    assert ApiToken.objects.user_of(token.digest) is None


def test_the_time_of_use_is_noted_once_an_hour(user, django_assert_num_queries):
    _token, text = ApiToken.objects.issue(user)
    ApiToken.objects.user_of(text)
    with django_assert_num_queries(1):
        ApiToken.objects.user_of(text)
    ApiToken.objects.update(used_at=timezone.now() - timedelta(hours=2))
    with django_assert_num_queries(2):
        ApiToken.objects.user_of(text)


def test_the_admin_shows_a_new_token_once(staff_browser, user):
    sent = {"user": user.pk, "name": "script"}
    page = staff_browser.post(reverse("admin:accounts_apitoken_add"), sent, follow=True).text
    token = ApiToken.objects.get()
    text = page.split("The token of ama is ")[1].split(".")[0]
    assert ApiToken.objects.user_of(text) == user
    assert token.digest not in page
    for name, args in [("changelist", []), ("change", [token.pk])]:
        again = staff_browser.get(reverse(f"admin:accounts_apitoken_{name}", args=args)).text
        assert text not in again
        assert token.digest not in again


def test_to_delete_a_token_is_to_revoke_it(staff_browser, user):
    token, text = ApiToken.objects.issue(user)
    page = reverse("admin:accounts_apitoken_delete", args=[token.pk])
    staff_browser.post(page, {"post": "yes"})
    assert ApiToken.objects.user_of(text) is None


def test_the_admin_lists_people_groups_and_tokens(
    staff_browser, user, django_assert_max_num_queries
):
    for number in range(10):
        group = Group.objects.create(name=f"G{number}")
        Membership.objects.create(group=group, user=user)
        ApiToken.objects.issue(user, f"T{number}")
    for name in ("user", "group", "apitoken"):
        with django_assert_max_num_queries(10):
            page = staff_browser.get(reverse(f"admin:accounts_{name}_changelist"), {"q": ""})
        assert page.status_code == 200
        assert staff_browser.get(reverse(f"admin:accounts_{name}_add")).status_code == 200
    for name, one in (("user", user), ("group", Group.objects.get(name="G1"))):
        page = reverse(f"admin:accounts_{name}_change", args=[one.pk])
        assert staff_browser.get(page).status_code == 200


def test_there_is_one_kind_of_group_in_the_admin():
    assert admin.site.is_registered(Group)
    assert not admin.site.is_registered(DjangoGroup)


def test_the_profile_makes_a_token_and_shows_it_once(browser, user):
    page = browser.post("/accounts/tokens/", {"name": "my script"})
    text = page.text.split('id="token"')[1].split(">")[1].split("<")[0]
    assert ApiToken.objects.user_of(text) == user
    assert "no-store" in page["Cache-Control"]
    profile = browser.get("/accounts/profile/").text
    assert "my script" in profile
    assert text not in profile


def test_a_token_needs_a_name(browser):
    assert "required" in browser.post("/accounts/tokens/", {"name": ""}).text
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing(browser, user):
    token, text = ApiToken.objects.issue(user, "my script")
    page = browser.post(f"/accounts/tokens/{token.pk}/revoke/", follow=True)
    assert "was revoked" in page.text
    assert ApiToken.objects.user_of(text) is None
