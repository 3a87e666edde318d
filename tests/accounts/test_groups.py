"""Managers choose the members of their group."""

import pytest
from django.test import Client

from accounts.models import Group, Membership, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(user) -> Group:
    made = Group.objects.create(name="Hydrology")
    Membership.objects.create(group=made, user=user, is_manager=True)
    return made


@pytest.fixture
def kofi(db) -> User:
    return User.objects.create(username="kofi", email="kofi@example.org")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def do(client: Client, group: Group, user: User, what: str):
    path = f"/accounts/groups/{group.pk}/members/{user.pk}/"
    return client.post(path, {"do": what}, follow=True)


@pytest.mark.parametrize("name", ["kofi", "KOFI@example.org"])
def test_a_manager_adds_members(browser, group, kofi, name):
    page = browser.post(f"/accounts/groups/{group.pk}/", {"person": name}, follow=True)
    assert "kofi now belongs to" in page.text
    assert set(group.members.all()) == {kofi, User.objects.get(username="ama")}


def test_somebody_unknown_is_said(browser, group):
    page = browser.post(f"/accounts/groups/{group.pk}/", {"person": "nobody"})
    assert "Nobody here has this user name" in page.text


def test_a_manager_removes_and_appoints(browser, group, kofi):
    membership = Membership.objects.create(group=group, user=kofi)
    do(browser, group, kofi, "manager")
    membership.refresh_from_db()
    assert membership.is_manager
    do(browser, group, kofi, "remove")
    assert not group.members.contains(kofi)


def test_members_only_leave(group, kofi, user):
    Membership.objects.create(group=group, user=kofi)
    client = signed_in(kofi)
    page = client.get(f"/accounts/groups/{group.pk}/").text
    assert "Add a member" not in page
    assert client.post(f"/accounts/groups/{group.pk}/", {"person": "ama"}).status_code == 403
    assert do(client, group, user, "remove").status_code == 403
    assert do(client, group, kofi, "manager").status_code == 403
    assert do(client, group, kofi, "remove").status_code == 200
    assert not group.members.contains(kofi)


@pytest.mark.parametrize("what", ["remove", "member"])
def test_the_last_manager_stays(browser, group, user, what):
    assert "needs a manager" in do(browser, group, user, what).text
    assert group.memberships.get(user=user).is_manager


def test_to_strangers_a_group_does_not_exist(group, kofi):
    assert signed_in(kofi).get(f"/accounts/groups/{group.pk}/").status_code == 404


def test_the_staff_look_after_all_groups(group, user, kofi):
    kofi.is_staff = True
    kofi.save()
    do(signed_in(kofi), group, user, "remove")
    assert not group.members.exists()
