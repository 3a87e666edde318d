"""Every text of the interface is there in every language."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from tests.pages.texts import entries, files, texts
from tests.programs import PROJECT

LANGUAGES = ["de", "fr", "ar"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%d|%s|<[^>]+>")
NAMES = re.compile("Natural Earth|OpenLayers|GeoJSON|CSV|Atom|BibTeX|RIS|APA|API")
LETTERS = re.compile(r"[A-Za-z]{2}")


def catalogue(language: str, suffix: str) -> Path:
    return PROJECT / "locale" / language / "LC_MESSAGES" / f"django.{suffix}"


def translations(language: str) -> gettext.GNUTranslations:
    with catalogue(language, "mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_the_languages_are_those_of_the_settings():
    assert [code for code, _name in settings.LANGUAGES] == ["en", *LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    """`manage.py makemessages` and `compilemessages` add what is missing."""
    known = {
        key if isinstance(key, str) else key[0]
        for key, text in translations(language)._catalog.items()  # type: ignore[attr-defined]
        if text
    }
    assert {text: file for text, file in texts().items() if text not in known} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    compiled = translations(language)._catalog  # type: ignore[attr-defined]
    for entry in entries(catalogue(language, "po")):
        if "msgid_plural" in entry:
            for form in range(len(entry) - 2):
                assert compiled[(entry["msgid"], form)] == entry[f"msgstr[{form}]"]
        elif entry["msgid"]:
            assert compiled[entry["msgid"]] == entry["msgstr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_put_into_a_text_is_put_into_its_translation(language):
    for entry in entries(catalogue(language, "po")):
        wanted = sorted(PLACEHOLDER.findall(entry["msgid"]))
        if entry["msgid"] and "msgid_plural" not in entry:
            assert sorted(PLACEHOLDER.findall(entry["msgstr"])) == wanted


def test_templates_say_nothing_in_english_alone():
    """Between the tags of a template stand texts for translation, and nothing else."""
    for file in files("*.html"):
        source = file.read_text(encoding="utf-8")
        source = re.sub(r"{% (blocktranslate|comment)\b.*?{% end\1 %}", "", source, flags=re.DOTALL)
        source = re.sub(
            r"<(code|kbd|pre|style|script)\b.*?</\1>|<!--.*?-->", "", source, flags=re.DOTALL
        )
        source = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source, flags=re.DOTALL)
        bare = re.sub(r"<[^>]*>|&\w+;", "\n", source)
        assert not LETTERS.findall(NAMES.sub("", bare)), (file, bare.split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [
        ("de", "", "Suchen"),
        ("fr", "", "Chercher"),
        ("ar", ' dir="rtl"', "بحث"),
        ("es", "", "Search"),
    ],
)
def test_pages_speak_the_language_that_the_browser_asks_for(client, language, direction, words):
    page = client.get("/", headers={"Accept-Language": language}).text
    said = language if language in LANGUAGES else "en"
    assert f'<html lang="{said}"{direction}>' in page
    assert words in page


@pytest.mark.django_db
def test_a_language_is_chosen_in_the_footer(client):
    answer = client.post("/language/", {"language": "fr", "next": "/search"})
    assert answer["Location"] == "/search"
    assert '<html lang="fr">' in client.get("/search").text


@pytest.mark.django_db
def test_each_language_calls_itself_by_its_own_name(client):
    for language in ("en", "ar"):
        page = client.get("/accounts/login/", headers={"Accept-Language": language}).text
        for name in ("English", "Deutsch", "Français", "العربيّة"):
            assert f">{name}</button>" in page


@pytest.mark.django_db
def test_the_choice_leads_to_no_other_site(client):
    answer = client.post("/language/", {"language": "fr", "next": "https://evil.example/"})
    assert "evil" not in answer["Location"]


@pytest.mark.django_db
def test_what_people_write_takes_its_own_direction(sign_in, owner, rivers):
    page = sign_in(owner).get("/layers/rivers/edit/").text
    for name in ("title", "abstract", "keywords", "organisation", "contacts-0-name"):
        field = re.search(rf'<(?:input|textarea)[^>]* name="{name}"[^>]*>', page)
        assert field is not None
        assert 'dir="auto"' in field[0]
    assert re.search(r'<h1[^>]* dir="auto"', sign_in(owner).get("/layers/rivers/").text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_page_needs_no_request_to_speak(language):
    from django.utils import translation

    with translation.override(language):
        page = engines["django"].get_template("500.html").render()
    assert f'<html lang="{language}"' in page
