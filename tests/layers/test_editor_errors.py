"""What the editor refuses stands at its field, is listed on top, and nothing typed is lost."""

import pytest

from layers.forms.layer import LayerForm
from layers.models import Keyword, Layer, Organisation, Party
from tests.layers.test_editor import as_browser_sends, filled, least

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "required"),
        ("title", "   ", "required"),
        ("title", "x" * 1001, "at most 1000"),
        ("title", "\u200b\u200b", "no visible character"),
        ("title", "a\x07b", "can't be kept (U+0007)"),
        ("title", "a\x00b", "(U+0000)"),
        ("abstract", "x" * 50_001, "at most 50000"),
        ("keywords", "x" * 256, "longer than 255"),
        ("keywords", ",".join(map(str, range(1001))), "more than 1000"),
        ("slug", "new", "taken by a page"),
        ("slug", "no slug", "valid"),
        ("west", "200", "between -180 and 180"),
        ("west", "", "all four numbers"),
        ("west", "far", "Enter a number"),
        ("south", "12", "exchange the two"),
        ("next_update", "soon", "valid date"),
        ("licence", "my own", "Select a valid choice"),
        ("topic_categories", ["nothing"], "Select a valid choice"),
        ("visibility", "group", "Choose the group"),
        ("temporal-0-start", "May 1850", "Write a date as"),
        ("temporal-1-end", "-0100", "exchange the two"),
        ("dates-0-date", "1850-13", "between 01 and 12"),
        ("dates-0-date", "", "required"),
        ("contacts-0-email", "nobody", "valid email"),
        ("contacts-0-url", "javascript:alert(1)", "valid URL"),
        ("links-0-url", "javascript:alert(1)", "begins with http"),
        ("links-0-size_bytes", "-1", "greater than or equal"),
        ("attributes-0-name", "", "required"),
    ],
)
def test_an_error_stands_at_its_field_and_in_the_list(sign_in, owner, layer, field, value, words):
    answer = sign_in(owner).post(f"/layers/{layer.slug}/edit/", filled(**{field: value}))
    assert answer.status_code == 200
    problems = answer.context["editor"].problem_list
    assert [words in problem.message for problem in problems] == [True], problems
    for problem in problems:
        assert f'href="#{problem.target}"' in answer.text
        assert f'id="{problem.target}"' in answer.text
    layer.refresh_from_db()
    assert layer.version == 1
    assert layer.title == "Rivers of Ghana"
    for model in (Keyword, Organisation, Party):
        assert not model.objects.exists()


# What stands in fields that say the labels of terms.
LABELS = {
    "metadata_language": "English",
    "languages": ["English", "French", "", ""],
    "regions": ["Africa", "", ""],
    "links-0-protocol": "Web Map Service (WMS)",
}


def test_nothing_that_was_typed_is_thrown_away(sign_in, owner, layer):
    sent = filled(west="900", **{"links-0-url": "nonsense", "temporal-0-start": "long ago"})
    answer = sign_in(owner).post(f"/layers/{layer.slug}/edit/", sent)
    page = as_browser_sends(answer.text)
    for name, value in sent.items():
        if value in ("", []) or name == "attributes-0-nullable" or name.endswith("TOTAL_FORMS"):
            continue
        if name in LABELS:
            assert page[name] == LABELS[name], name
        elif isinstance(value, list):
            assert sorted(page[name]) == sorted(value), name
        else:
            assert page[name] == str(value).replace("\r\n", "\n"), name


def test_terms_are_written_as_labels_of_any_language_or_as_codes(sign_in, owner):
    sent = filled(
        metadata_language="deutsch",
        languages=[" German ", "français", "dutch", ""],
        regions=["Antarctica (ATA)", "africa", "Afrika"],
        **{"links-0-protocol": "xyz"},
    )
    assert sign_in(owner).post("/layers/new/", sent).status_code == 302
    layer = Layer.objects.get()
    assert layer.metadata_language_id == "deu"
    assert set(layer.languages.values_list("code", flat=True)) == {"deu", "fra", "nld"}
    assert set(layer.regions.values_list("code", flat=True)) == {"ATA", "AF"}
    assert layer.distributions.get().protocol_id == "XYZ"


def test_what_is_no_term_stays_in_its_field(sign_in, owner):
    wrong = {"metadata_language": "Dothraki", "links-0-protocol": "carrier pigeon"}
    sent = filled(languages=["German", "<b>Elvish"], **wrong)
    answer = sign_in(owner).post("/layers/new/", sent)
    targets = [problem.target for problem in answer.context["editor"].problem_list]
    assert targets == ["id_languages", "id_metadata_language", "id_links-0-protocol"]
    page = as_browser_sends(answer.text)
    assert page["languages"] == ["German", "<b>Elvish", "", ""]
    assert {name: page[name] for name in wrong} == wrong
    assert "<b>Elvish" not in answer.text


def test_all_errors_are_listed_in_the_order_of_the_page(sign_in, owner):
    sent = filled(title="", **{"links-0-url": "x", "dates-0-date": "x"})
    problems = sign_in(owner).post("/layers/new/", sent).context["editor"].problem_list
    assert [problem.target for problem in problems] == [
        "id_title",
        "id_dates-0-date",
        "id_links-0-url",
    ]


def test_a_contact_needs_a_name(sign_in, owner):
    sent = filled(**{"contacts-0-name": "", "contacts-0-organisation": ""})
    problems = sign_in(owner).post("/layers/new/", sent).context["editor"].problem_list
    assert [problem.target for problem in problems] == ["id_contacts-0-name"]


def test_a_form_without_its_version_is_not_saved(sign_in, owner, layer):
    for version in ("", "x", "-1"):
        answer = sign_in(owner).post(f"/layers/{layer.slug}/edit/", least(version, title="Mine"))
        assert answer.status_code == 200
        assert answer.context["editor"].problem_list
    assert Layer.objects.get().title == "Rivers of Ghana"


def test_a_form_without_its_rows_is_an_error_and_not_a_deletion(sign_in, owner, layer):
    sent = {name: value for name, value in filled().items() if not name.startswith("links")}
    answer = sign_in(owner).post(f"/layers/{layer.slug}/edit/", sent)
    assert answer.status_code == 200
    assert Layer.objects.get().version == 1


def test_a_group_must_be_ones_own(sign_in, owner, stranger, group):
    sent = least(title="x", visibility="group", group=str(group.pk))
    assert sign_in(stranger).post("/layers/new/", sent).status_code == 200
    assert sign_in(owner).post("/layers/new/", sent).status_code == 302


def test_hostile_text_is_shown_as_text(sign_in, owner):
    title = "<script>alert(1)</script> \u202edrawkcab " + "x" * 700
    client = sign_in(owner)
    client.post("/layers/new/", least(title=title))
    slug = Layer.objects.get().slug
    for page in ("edit", "delete"):
        assert "<script>alert" not in client.get(f"/layers/{slug}/{page}/").text
    assert "<script>alert" not in client.get("/accounts/profile/").text


@pytest.fixture
def late_check(monkeypatch):
    """As when another layer takes the address between the check and the write."""
    monkeypatch.setattr("layers.forms.layer.check_slug", lambda slug, layer: None)
    monkeypatch.setattr(LayerForm, "validate_unique", lambda form: None)
    Layer.objects.create(title="First", slug="wanted")


@pytest.mark.parametrize("path", ["/layers/new/", "/layers/{slug}/edit/"])
def test_an_address_that_was_taken_a_moment_ago_is_said_at_its_field(
    path, sign_in, owner, layer, late_check
):
    sent = least(title="Second", slug="wanted", abstract="Typed.")
    answer = sign_in(owner).post(path.format(slug=layer.slug), sent)
    assert answer.status_code == 200
    (problem,) = answer.context["editor"].problem_list
    assert problem.target == "id_slug"
    assert "Typed." in answer.text
    assert Layer.objects.filter(slug="wanted").get().title == "First"
