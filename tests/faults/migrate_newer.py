"""`manage.py migrate` of that other release."""

from __future__ import annotations

from django.core.management import call_command

from tests.faults import releases

if __name__ == "__main__":
    assert releases.app
    call_command("migrate", verbosity=0)
