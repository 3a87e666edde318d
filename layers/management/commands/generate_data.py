from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from factory.random import reseed_random

from layers.bulk import BulkWriter, DescribedLayer
from layers.factories import DescribedLayerFactory
from layers.models import Layer
from layers.progress import Progress

SOURCE = "generated"
CHUNK = 1000


class Command(BaseCommand):
    help = (
        "Makes believable layers for demonstrations and load tests. The same seed makes the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", nargs="?", type=int, metavar="COUNT", help="1000 unless told")
        parser.add_argument("--seed", type=int, default=1, metavar="N")
        parser.add_argument(
            "--clear",
            action="store_true",
            help="remove generated layers first; alone, do only that",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = options["count"]
        if count is not None and count < 0:
            raise CommandError(_("COUNT must not be negative."))
        if options["clear"]:
            self._clear()
        if count is None:
            count = 0 if options["clear"] else 1000
        self._generate(count, options["seed"])

    def _generate(self, count: int, seed: int) -> None:
        progress = Progress(self.stderr, _("layers"), count)  # type: ignore[arg-type]
        writer = BulkWriter()
        made = 0
        reseed_random(seed)
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            made += self._write(writer, [_described(seed, number) for number in numbers])
            progress(numbers.stop)
        if count:
            progress.finish()
        self.stdout.write(
            _("%(made)s layers made, %(there)s were there already")
            % {"made": made, "there": count - made}
        )

    def _write(self, writer: BulkWriter, described: list[DescribedLayer]) -> int:
        with transaction.atomic():
            ids = [one.layer.source_id for one in described]
            known = Layer.objects.filter(source=SOURCE, source_id__in=ids)
            there = set(known.values_list("source_id", flat=True))
            new = [one for one in described if one.layer.source_id not in there]
            if new:
                writer.create(new)
        return len(new)

    def _clear(self) -> None:
        generated = Layer.objects.filter(source=SOURCE)
        progress = Progress(self.stderr, _("layers"), generated.count())  # type: ignore[arg-type]
        gone = 0
        while ids := list(generated.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            with transaction.atomic():
                Layer.objects.filter(pk__in=ids).delete()
            gone += len(ids)
            progress(gone)
        progress.finish()
        self.stdout.write(_("%(count)s generated layers removed") % {"count": gone})


def _described(seed: int, number: int) -> DescribedLayer:
    described: DescribedLayer = DescribedLayerFactory.build()
    described.layer.source, described.layer.source_id = SOURCE, f"{seed}-{number}"
    return described
