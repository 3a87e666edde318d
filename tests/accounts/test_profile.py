import pytest

from accounts.models import Group, Membership
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_profile_lists_ones_groups(browser, user):
    Membership.objects.create(user=user, group=Group.objects.create(name="Hydrology"))
    assert "Hydrology" in browser.get("/accounts/profile/").text


def test_name_and_address_can_be_changed(browser, user):
    sent = {"first_name": "Ama", "last_name": "Mensah", "email": "a@example.org"}
    answer = browser.post("/accounts/profile/", sent, follow=True)
    assert "Your profile was saved." in answer.text
    user.refresh_from_db()
    assert (user.display_name, user.email) == ("Ama Mensah", "a@example.org")


def test_nobody_makes_themselves_staff(browser, user):
    sent = {"first_name": "Ama", "is_staff": "on", "is_superuser": "on", "username": "root"}
    browser.post("/accounts/profile/", sent)
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.username) == (False, False, "ama")


def test_a_wrong_address_is_said_at_its_field(browser, user):
    page = browser.post("/accounts/profile/", {"first_name": "Kofi", "email": "nowhere"})
    assert "valid email" in page.text
    assert 'value="nowhere"' in page.text
    assert "Kofi</a>" not in page.text


def test_the_password_can_be_changed(browser, user):
    new = "another long pass phrase"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = browser.post("/accounts/password/", sent, follow=True)
    assert "Your password was changed." in answer.text
    user.refresh_from_db()
    assert user.check_password(new)


def test_a_weak_password_is_refused_with_the_reason(browser, user):
    sent = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    assert "too short" in browser.post("/accounts/password/", sent).text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/accounts/profile/", "/accounts/password/"])
def test_anonymous_people_sign_in_first(client, path):
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
