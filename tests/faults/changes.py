"""A seeded mixture of every way in which data is changed."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F

from accounts.models import User
from layers.models import (
    Attribute,
    Distribution,
    Layer,
    LayerContact,
    TemporalExtent,
    TopicCategory,
)
from tests.faults.choosing import MARK, WORDS
from tests.faults.site_changes import SiteChanges

FEWEST, MOST = 30, 120


class RolledBack(Exception):
    """Ends a transaction that must leave nothing."""


class Editor(SiteChanges):
    """One thread's hand. `waited` is how long the last change dawdled of its own will."""

    def __init__(self, rng: random.Random, number: int) -> None:
        super().__init__(rng, number)
        self.waited = 0.0
        self.changes: list[Callable[[], None]] = [
            getattr(self, name) for name in sorted(dir(self)) if name.startswith("_do_")
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
