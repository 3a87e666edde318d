import pytest
from django.test import Client

from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

GOOD = {"username": "ama", "password": PASSWORD}


@pytest.fixture
def nobody(user):
    return Client()


def test_signing_in_leads_to_a_page_that_exists(nobody):
    answer = nobody.post("/accounts/login/", GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_signing_in_leads_back_to_where_one_was(nobody):
    page = nobody.get("/accounts/login/", {"next": "/layers/new/"})
    assert 'name="next" value="/layers/new/"' in page.text
    answer = nobody.post("/accounts/login/", GOOD | {"next": "/layers/new/"})
    assert answer["Location"] == "/layers/new/"


@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"],
)
def test_nobody_is_sent_to_another_site(nobody, there):
    location = nobody.post("/accounts/login/", GOOD | {"next": there})["Location"]
    assert "evil" not in location
    assert "javascript" not in location


def test_a_wrong_password_is_said_and_the_name_stays(nobody):
    page = nobody.post("/accounts/login/", GOOD | {"password": "wrong"})
    assert page.status_code == 200
    assert "correct username and password" in page.text
    assert 'value="ama"' in page.text


def test_people_who_left_can_not_sign_in(nobody, user):
    user.is_active = False
    user.save()
    assert nobody.post("/accounts/login/", GOOD).status_code == 200


def test_signing_out_is_a_button_and_no_link(browser):
    assert browser.get("/accounts/logout/").status_code == 405
    answer = browser.post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/accounts/profile/").status_code == 302


def test_the_header_offers_what_one_may_do(nobody, browser, user):
    page = "/accounts/login/"
    assert "Sign in" in nobody.get(page).text
    assert "/layers/new/" not in nobody.get(page).text
    mine = browser.get("/accounts/profile/").text
    assert "/layers/new/" in mine
    assert "Sign out" in mine
    assert "/admin/" not in mine
    user.is_staff = True
    user.save()
    assert "/admin/" in browser.get("/accounts/profile/").text


def test_whoever_is_signed_in_does_not_sign_in_again(browser):
    assert browser.get("/accounts/login/", {"next": "/search"})["Location"] == "/search"


def test_a_form_without_its_token_is_refused_with_words(user):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", GOOD)
    assert answer.status_code == 403
    assert "The form has expired" in answer.text
