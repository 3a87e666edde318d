"""A seeded mixture of every way in which data is changed."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import F
from django.test import Client

from accounts.models import ApiToken, User
from layers import services
from layers.models import (
    Attribute,
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    Organisation,
    Party,
    Region,
    TemporalExtent,
    TopicCategory,
)

WORDS = ["rivers", "lakes", "soils", "roads", "forests", "borders", "glaciers"]
MARK = "fault-"  # of vocabulary terms that are ours, so that they can be taken away again
FEWEST, MOST = 30, 120


M = TypeVar("M", bound=models.Model)


class RolledBack(Exception):
    """Ends a transaction that must leave nothing."""


def furnish(count: int = 40) -> None:
    """What the editors work on."""
    users = [User.objects.create(username=f"editor{n}", is_staff=True) for n in range(4)]
    User.objects.create_superuser("chief", password=None)
    topics = [
        TopicCategory.objects.create(code=f"{MARK}t{n}", label=f"Topic {n}") for n in range(6)
    ]
    regions = [
        Region.objects.create(code=f"{MARK}r{n}", label=f"Region {n}", level="country")
        for n in range(6)
    ]
    keywords = [Keyword.objects.create(name=f"Keyword {n}") for n in range(8)]
    organisations = [Organisation.objects.create(name=f"Organisation {n}") for n in range(4)]
    for n in range(6):
        Party.objects.create(name=f"Party {n}", organisation=organisations[n % 4])
    for n in range(count):
        layer = Layer(title=f"Layer {n}", owner=users[n % 4], organisation=organisations[n % 4])
        layer.west, layer.south, layer.east, layer.north = n, -n / 2, n + 1.25, n / 2
        layer.save()
        layer.keywords.add(keywords[n % 8])
        layer.topic_categories.add(topics[n % 6])
        layer.regions.add(regions[n % 6])


def clear_vocabularies() -> None:
    """Takes away the terms that `furnish` made; everything else is wiped with the slate."""
    TopicCategory.objects.filter(code__startswith=MARK).delete()
    Region.objects.filter(code__startswith=MARK).delete()


class Editor:
    """One thread's hand. `waited` is how long the last change dawdled of its own will."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.rng, self.number = rng, number
        self.waited = 0.0
        self.count = 0
        self._clients: dict[str, Client] = {}
        self._token = ""
        self.changes: list[Callable[[], None]] = [
            getattr(self, name) for name in sorted(vars(Editor)) if name.startswith("_do_")
        ]

    def choose(self) -> Callable[[], None]:
        self.waited = 0.0
        self.count += 1
        change = self.rng.choice(self.changes)
        many = Layer.objects.count() if self.count % 20 == 1 else None
        if many is not None and many > MOST:
            return self._do_queryset_delete
        if many is not None and many < FEWEST:
            return self._do_bulk_create
        return change

    # Choosing

    def text(self) -> str:
        word = self.rng.choice(WORDS)
        return f"{word.title()} {self.number}-{self.count}"

    def layer(self) -> Layer:
        keys = sorted(Layer.objects.values_list("pk", flat=True))
        hot = self.rng.random() < 0.2  # some layers everybody wants
        return Layer.objects.get(pk=self.rng.choice(keys[:3] if hot else keys))

    def layers(self, count: int) -> list[Layer]:
        keys = sorted(Layer.objects.values_list("pk", flat=True))
        chosen = self.rng.sample(keys, min(count, len(keys)))
        return list(Layer.objects.filter(pk__in=chosen).order_by("pk"))

    def one_of(self, model: type[M], **conditions: Any) -> M:
        rows = model._default_manager.filter(**conditions)
        keys = sorted(rows.values_list("pk", flat=True))
        if not keys:
            raise ObjectDoesNotExist
        return rows.get(pk=self.rng.choice(keys))

    def keyword(self) -> Keyword:
        if Keyword.objects.count() < 6:
            return Keyword.objects.create(name=self.text())
        return self.one_of(Keyword)

    def topic(self) -> TopicCategory:
        return self.one_of(TopicCategory, code__startswith=MARK)

    def region(self) -> Region:
        return self.one_of(Region, code__startswith=MARK)

    def organisation(self) -> Organisation:
        if Organisation.objects.count() < 3:
            return Organisation.objects.create(name=self.text())
        return self.one_of(Organisation)

    def party(self) -> Party:
        if Party.objects.count() < 4:
            return Party.objects.create(name=self.text(), organisation=self.organisation())
        return self.one_of(Party)

    def user(self) -> User:
        return self.one_of(User, username__startswith="editor")

    # The ORM, one object

    def _do_create(self) -> None:
        layer = Layer(title=self.text(), abstract=self.text(), owner=self.user())
        if self.rng.random() < 0.5:
            layer.west, layer.south, layer.east, layer.north = 170, -10, -170, 10.5
        layer.save()

    def _do_edit(self) -> None:
        layer = self.layer()
        layer.title, layer.abstract = self.text(), self.text()
        layer.organisation = self.organisation()
        layer.save()

    def _do_edit_some_fields(self) -> None:
        layer = self.layer()
        layer.lineage, layer.format = self.text(), self.text()
        layer.save(update_fields=["lineage", "format"])

    def _do_save_as_it_is(self) -> None:
        self.layer().save()

    def _do_delete(self) -> None:
        self.layer().delete()

    def _do_get_or_create(self) -> None:
        source_id = str(self.rng.randrange(20))
        layer, made = Layer.objects.get_or_create(
            source="test", source_id=source_id, defaults={"title": self.text()}
        )
        if not made:
            layer.title = self.text()
            layer.save()

    # Relations from both sides

    def _do_add_keyword(self) -> None:
        self.layer().keywords.add(self.keyword())

    def _do_remove_keyword(self) -> None:
        layer = self.layer()
        layer.keywords.remove(*layer.keywords.all()[:1])

    def _do_set_keywords(self) -> None:
        self.layer().keywords.set([self.keyword(), self.keyword()])

    def _do_clear_keywords(self) -> None:
        self.layer().keywords.clear()

    def _do_add_layers_to_keyword(self) -> None:
        self.keyword().layer_set.add(*self.layers(3))

    def _do_remove_layers_from_keyword(self) -> None:
        keyword = self.keyword()
        keyword.layer_set.remove(*keyword.layer_set.order_by("pk")[:2])

    def _do_set_layers_of_topic(self) -> None:
        self.topic().layer_set.set(self.layers(3))

    def _do_clear_layers_of_region(self) -> None:
        self.region().layer_set.clear()

    def _do_add_region(self) -> None:
        self.layer().regions.add(self.region())

    def _do_write_through_rows(self) -> None:
        through = Layer.keywords.through
        layer, keyword = self.layer(), self.keyword()
        found = through.objects.filter(layer=layer, keyword=keyword)
        if not found.delete()[0]:
            through.objects.create(layer=layer, keyword=keyword)

    # Parts

    def _do_add_contact(self) -> None:
        LayerContact.objects.create(layer=self.layer(), party=self.party(), role_id="author")

    def _do_move_contact(self) -> None:
        contact = self.one_of(LayerContact)
        LayerContact.objects.filter(pk=contact.pk).update(layer=self.layer())

    def _do_add_link(self) -> None:
        url = f"https://example.org/{self.text()}"
        Distribution.objects.create(layer=self.layer(), url=url, protocol_id="OGC:WMS")

    def _do_remove_link(self) -> None:
        self.one_of(Distribution).delete()

    def _do_add_attribute_and_time(self) -> None:
        layer = self.layer()
        Attribute.objects.create(layer=layer, name=self.text())
        TemporalExtent.objects.create(layer=layer, start=str(self.rng.randrange(1500, 2020)))

    # What many layers use

    def _do_rename_topic(self) -> None:
        TopicCategory.objects.filter(pk=self.topic().pk).update(label=self.text())

    def _do_rename_region(self) -> None:
        region = self.region()
        region.label, region.labels = self.text(), {"de": self.text()}
        region.save()

    def _do_rename_keyword(self) -> None:
        keyword = self.keyword()
        keyword.name = self.text()
        keyword.save()

    def _do_rename_organisation(self) -> None:
        organisation = self.organisation()
        organisation.name = self.text()
        organisation.save()

    def _do_rename_owner(self) -> None:
        name = f"editor{self.rng.randrange(10**6)}"
        User.objects.filter(pk=self.user().pk).update(username=name)

    def _do_rename_party(self) -> None:
        party = self.party()
        party.name, party.organisation = self.text(), self.organisation()
        party.save()

    def _do_delete_owner(self) -> None:
        if User.objects.filter(username__startswith="editor").count() > 3:
            self.user().delete()  # SET_NULL on layers
        else:
            User.objects.create(username=f"editor{self.number}-{self.count}", is_staff=True)

    def _do_delete_keyword(self) -> None:
        self.keyword().delete()

    def _do_delete_organisation(self) -> None:
        self.organisation().delete()  # SET_NULL on layers and parties

    def _do_delete_party(self) -> None:
        self.party().delete()  # cascades to its contacts

    def _do_replace_topic(self) -> None:
        topic = self.topic()
        if TopicCategory.objects.filter(code__startswith=MARK).count() > 4:
            topic.delete()
        else:
            code = f"{MARK}t{self.number}-{self.count}"
            topic = TopicCategory.objects.create(code=code, label=self.text())
            topic.layer_set.add(*self.layers(4))

    def _do_merge_keywords(self) -> None:
        through = Layer.keywords.through
        kept, lost = self.keyword(), self.keyword()
        if kept == lost:
            return
        with transaction.atomic():
            have = through.objects.filter(keyword=kept).values("layer")
            through.objects.filter(keyword=lost).exclude(layer__in=have).update(keyword=kept)
            lost.delete()

    # Many at once

    def _do_update_filtered_by_itself(self) -> None:
        word = self.rng.choice(WORDS).title()
        Layer.objects.filter(title__startswith=word).update(title=self.text())

    def _do_bulk_create(self) -> None:
        made = [Layer(title=self.text(), owner=self.user()) for _ in range(12)]
        for layer in made:
            layer.slug = str(layer.pk)
        Layer.objects.bulk_create(made)

    def _do_bulk_update(self) -> None:
        layers = self.layers(8)
        for layer in layers:
            layer.abstract = self.text()
        Layer.objects.bulk_update(layers, ["abstract"])

    def _do_queryset_delete(self) -> None:
        keys = [layer.pk for layer in self.layers(5)]
        Layer.objects.filter(pk__in=keys).delete()

    def _do_load_data(self) -> None:
        layer = self.layer()
        layer.title = self.text()
        text = serializers.serialize("json", [layer])
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "layer.json"
            file.write_text(text, encoding="utf-8")
            call_command("loaddata", str(file), verbosity=0)

    def _do_raw_sql(self) -> None:
        layer = self.layer()
        with connection.cursor() as cursor:
            key = layer.pk if connection.vendor == "postgresql" else layer.pk.hex
            cursor.execute("UPDATE layers_layer SET title = %s WHERE id = %s", [self.text(), key])

    def _do_raw_sql_of_many(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE layers_layer SET edition = %s WHERE title LIKE %s",
                [self.text(), f"{self.rng.choice(WORDS).title()}%"],
            )

    # Transactions

    def _do_roll_back(self) -> None:
        with transaction.atomic():
            layer = self.layer()
            layer.title = "Rolled back"
            layer.save()
            Layer.objects.create(title="Ghost")
            raise RolledBack

    def _do_roll_back_a_savepoint(self) -> None:
        with transaction.atomic():
            layer = self.layer()
            layer.abstract = self.text()
            layer.save()
            try:
                with transaction.atomic():
                    Layer.objects.filter(pk=layer.pk).update(title="Rolled back")
                    raise RolledBack
            except RolledBack:
                pass

    def _do_commit_late(self) -> None:
        with transaction.atomic():
            layer = self.layer()
            layer.title = self.text()
            layer.save()
            if connection.vendor == "postgresql" and self.rng.random() < 0.3:
                self.waited = self.rng.uniform(0.1, 0.8)  # SQLite has one writer at a time
                time.sleep(self.waited)

    def _do_increment(self) -> None:
        Layer.objects.filter(pk=self.layer().pk).update(scale_denominator=F("version") * 1000)

    # The project's own ways

    def _do_service(self) -> None:
        layer = self.layer()
        with services.editing(layer, self.user()):
            layer.purpose = self.text()
            layer.keywords.add(self.keyword())

    def _do_api_create(self) -> None:
        body = {"title": self.text(), "keywords": [self.text()], "bbox": [1, 2, 3, 4]}
        self._api("post", "/api/layers/", body)

    def _do_api_patch(self) -> None:
        layer = self.layer()
        body = {"title": self.text(), "topic_categories": [self.topic().pk]}
        self._api("patch", f"/api/layers/{layer.pk}", body, layer.version)

    def _do_api_delete(self) -> None:
        layer = self.layer()
        self._api("delete", f"/api/layers/{layer.pk}", None, layer.version)

    def _do_admin_edit(self) -> None:
        layer = self.layer()
        client = self._signed_in()
        address = f"/admin/layers/layer/{layer.pk}/change/"
        page = self._checked(client.get(address))
        if page.context is None or "adminform" not in page.context:
            return  # deleted meanwhile
        data = form_data(page.context)
        self._checked(client.post(address, data | {"title": self.text()}))

    def _do_admin_delete(self) -> None:
        layer = self.layer()
        self._checked(
            self._signed_in().post(f"/admin/layers/layer/{layer.pk}/delete/", {"post": "yes"})
        )

    def _do_admin_delete_selected(self) -> None:
        keys = [str(layer.pk) for layer in self.layers(3)]
        data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
        self._checked(self._signed_in().post("/admin/layers/layer/", data))

    def _do_admin_rename_keyword(self) -> None:
        address = f"/admin/layers/keyword/{self.keyword().pk}/change/"
        self._checked(self._signed_in().post(address, {"name": self.text()}))

    def _do_editor_deletes(self) -> None:
        layer = self.layer()
        data = {"version": layer.version}
        self._checked(self._signed_in().post(f"/layers/{layer.slug}/delete/", data))

    def _do_editor_page(self) -> None:
        layer = self.layer()
        parts = ("temporal", "dates", "contacts", "links", "attributes")
        data: dict[str, Any] = {f"{part}-TOTAL_FORMS": 0 for part in parts}
        data |= {f"{part}-INITIAL_FORMS": 0 for part in parts}
        data |= {"resource_type": "dataset", "metadata_language": "eng", "visibility": "public"}
        data |= {"version": layer.version, "state": "published", "title": self.text()}
        data |= {"keywords": f"{self.keyword().name}\n{self.text()}"}
        self._checked(self._signed_in().post(f"/layers/{layer.slug}/edit/", data))

    def _signed_in(self) -> Client:
        if "chief" not in self._clients:
            client = Client(raise_request_exception=True)
            client.force_login(User.objects.get(username="chief"))
            self._clients["chief"] = client
        return self._clients["chief"]

    def _api(self, method: str, path: str, body: Any, version: int | None = None) -> None:
        if not self._token:
            self._token = ApiToken.objects.issue(User.objects.get(username="chief"))[1]
        headers = {"Authorization": f"Bearer {self._token}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        self._checked(getattr(Client(), method)(path, headers=headers, **sent))

    def _checked(self, response: Any) -> Any:
        if response.status_code >= 500 or response.status_code in {401, 403}:
            raise RuntimeError(f"Server error {response.status_code}: {response.content[:300]!r}")
        return response


def form_data(context: Any) -> dict[str, Any]:
    """The fields of an admin page as a browser would send them."""
    form = context["adminform"].form
    data = {n: form[n].value() for n in form.fields if form[n].value() not in (None, [])}
    for inline in context["inline_admin_formsets"]:
        management = inline.formset.management_form
        prefix = inline.formset.prefix
        data |= {f"{prefix}-{n}": str(management[n].value()) for n in management.fields}
        for row in inline.formset.initial_forms:
            for name in row.fields:
                if (value := row[name].value()) not in (None, ""):
                    data[f"{row.prefix}-{name}"] = value
    return data
