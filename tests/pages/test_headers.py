"""What every answer says to the browser about itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.programs import PROJECT

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/search",
    "/layers/rivers/",
    "/accounts/login/",
    "/nowhere/",
    "/healthz",
    "/api/docs",
]
OF_THE_OWNER = ["/my/", "/layers/rivers/edit/", "/layers/rivers/access/", "/accounts/profile/"]
OF_THE_STAFF = ["/admin/", "/admin/layers/layer/", "/staff/components/"]


def policy_of(answer) -> dict[str, list[str]]:
    parts = answer["Content-Security-Policy"].split(";")
    return {name: sources for name, *sources in (part.split() for part in parts)}


def is_strict(policy: dict[str, list[str]]) -> bool:
    unsafe = [source for sources in policy.values() for source in sources if "unsafe" in source]
    return policy["default-src"] == ["'none'"] and policy["script-src"] == ["'self'"] and not unsafe


@pytest.mark.parametrize("path", PAGES)
def test_pages_for_all_have_the_policy(path, client, rivers):
    assert is_strict(policy_of(client.get(path)))


@pytest.mark.parametrize("path", OF_THE_OWNER)
def test_pages_for_editors_have_the_policy(path, sign_in, owner, rivers):
    assert is_strict(policy_of(sign_in(owner).get(path)))


@pytest.mark.parametrize("path", OF_THE_STAFF)
def test_pages_for_the_staff_have_the_policy(path, sign_in, superuser, rivers):
    assert is_strict(policy_of(sign_in(superuser).get(path)))


def test_map_services_of_the_operator_are_let_in_and_nothing_else():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["connect-src"] == ["'self'", *settings.MAP_SOURCES]
    assert settings.MAP_SOURCES == []


def test_nothing_is_left_to_say_about_a_site_with_https():
    environment = os.environ | {
        "DEBUG": "0",
        "SITE_URL": "https://layers.example.org",
        "SECRET_KEY": "kP3x" * 20 + "-Zq9_wV7",
    }
    check = [sys.executable, "-W", "error::UserWarning", "manage.py"]
    check += ["check", "--deploy", "--fail-level", "WARNING", "--tag", "security"]
    done = subprocess.run(check, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
