"""The commands that make accounts and tokens."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiToken, Membership, User

pytestmark = pytest.mark.django_db
NAMES = {"editor", "editor2", "reviewer", "visitor", "admin"}


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().strip()


def opens(name: str, password: str) -> bool:
    return User.objects.get(username=name).check_password(password)


def test_each_demo_account_signs_in_with_its_name():
    run("create_demo_accounts")
    assert set(User.objects.values_list("username", flat=True)) == NAMES
    assert all(opens(name, name) for name in NAMES)


def test_only_the_admin_is_staff():
    run("create_demo_accounts")
    assert User.objects.get(is_staff=True) == User.objects.get(is_superuser=True)
    assert User.objects.get(is_staff=True).username == "admin"


def test_the_two_editors_share_no_group():
    run("create_demo_accounts")
    groups = [
        set(Membership.objects.filter(user__username=name).values_list("group", flat=True))
        for name in ("editor", "editor2")
    ]
    assert groups[0]
    assert groups[1]
    assert not groups[0] & groups[1]


def test_accounts_that_exist_stay_as_they_are():
    User.objects.create_user("editor", password="my own secret")
    run("create_demo_accounts")
    run("create_demo_accounts")
    assert opens("editor", "my own secret")
    assert not opens("editor", "editor")
    assert User.objects.count() == len(NAMES)


def test_a_token_opens_the_account_of_its_user():
    user = User.objects.create_user("ada")
    text = run("api_token", "ada")
    assert ApiToken.objects.user_of(text) == user


def test_the_text_of_a_token_is_stored_nowhere():
    User.objects.create_user("ada")
    text = run("api_token", "ada", "--name", "script")
    token = ApiToken.objects.get()
    assert token.name == "script"
    assert text not in vars(token).values()


@pytest.mark.parametrize("active", [None, False])
def test_no_token_for_who_is_not_there_or_not_active(active):
    if active is not None:
        User.objects.create_user("ada", is_active=active)
    with pytest.raises(CommandError, match="no active user named ada"):
        run("api_token", "ada")
