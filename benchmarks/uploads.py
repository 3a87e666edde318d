"""Reading and taking in large files: `make bench ARGS='uploads [--megabytes N]'`.

Times the process that reads a GeoPackage and a GeoTIFF of this size and says how much memory it
took at most; then sends the GeoPackage to a web server of its own and says how long the answer took
after the last byte, and how much memory a web process had. The last line is JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import django
import numpy as np
import pyogrio
import rasterio
import shapely
from affine import Affine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
A_PART = 50_000
CHUNK = 2**20


def make_geopackage(path: Path, megabytes: int) -> None:
    random = np.random.default_rng(8)
    while not path.exists() or path.stat().st_size < megabytes * 2**20:
        corners = random.uniform((-179, -80), (179, 80), (A_PART, 2))
        boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 0.5, corners[:, 1] + 0.5)
        names = np.array([uuid.uuid4().hex * 3 for _ in range(A_PART)], dtype=object)
        pyogrio.raw.write(
            path,
            shapely.to_wkb(boxes),
            [names, random.integers(0, 10**9, A_PART), random.random(A_PART)],
            ["name", "number", "part"],
            layer="boxes",
            driver="GPKG",
            geometry_type="Polygon",
            crs="EPSG:4326",
            append=path.exists(),
        )


def make_geotiff(path: Path, megabytes: int) -> None:
    width = 10_000
    height = megabytes * 2**20 // (width * 4)
    options = {"driver": "GTiff", "width": width, "height": height, "count": 1, "dtype": "float32"}
    place = Affine(0.001, 0, -10, 0, -0.001, 40)
    with rasterio.open(path, "w", crs="EPSG:4326", transform=place, tiled=True, **options) as file:
        for top in range(0, height, 512):
            rows = min(512, height - top)
            window = rasterio.windows.Window(0, top, width, rows)
            file.write(
                np.random.default_rng(top).random((1, rows, width), "float32"), window=window
            )


def read(path: Path) -> dict[str, float]:
    """Seconds until each stage was answered, and the peak memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = {
            "path": str(path), "name": path.name, "folder": folder, "crs": "",
            "memory": 1500 * 2**20, "seconds": 600, "most_bytes": 20 * 2**30,
        }  # fmt: skip
        command = ["/usr/bin/time", "-f", "%M", sys.executable, "-m", "uploads.geodata", "read"]
        began = time.monotonic()
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdin.write(json.dumps(arguments))
            process.stdin.close()
            times = []
            for line in process.stdout:
                assert "result" in json.loads(line), line
                times.append(time.monotonic() - began)
            peak = int(process.stderr.read().split()[-1]) / 1024
    names = ("metadata_s", "picture_s", "ranges_s")
    return dict(zip(names, times, strict=True)) | {"peak_mb": peak}


class Sender:
    """An editor's browser, as far as an upload needs it."""

    def __init__(self, site: str, token: str) -> None:
        parts = urlsplit(site)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)
        self.token = token

    def send(self, path: Path) -> float:
        """Seconds from the last byte to the answer."""
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{mark}--\r\n".encode()
        self.connection.putrequest("POST", "/api/uploads/")
        self.connection.putheader("Authorization", f"Bearer {self.token}")
        self.connection.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
        length = len(head) + path.stat().st_size + len(tail)
        self.connection.putheader("Content-Length", str(length))
        self.connection.endheaders(head)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                self.connection.send(chunk)
        self.connection.send(tail)
        sent = time.monotonic()
        answer = self.connection.getresponse()
        assert answer.status == 202, answer.read()
        answer.read()
        return time.monotonic() - sent


def memory_of(pids: list[int]) -> float:
    """The largest resident size that any of them has had, in MB."""
    found = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                found = max(found, int(line.split()[1]))
    return found / 1024


def send(path: Path, times: int) -> dict[str, float]:
    """What is sent is removed again."""
    django.setup()
    from django.core.management import call_command

    from accounts.models import ApiToken, User
    from benchmarks.edit import site
    from layers.models import Layer
    from services import process
    from uploads.removal import remove_orphans

    for command in ("migrate", "createcachetable"):
        call_command(command, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    editor, _ = User.objects.get_or_create(username="uploads-bench")
    token, text = ApiToken.objects.issue(editor, "benchmark")
    with site() as (address, web):
        sender = Sender(address, text)
        answers = [sender.send(path) * 1000 for _time in range(times)]
        pids = process.family(web.child.pid) if web.child else []
        peak = memory_of(pids)
    token.delete()
    Layer.objects.filter(owner=editor).delete()
    remove_orphans()
    return {
        "answer_median_ms": round(statistics.median(answers), 1),
        "answer_worst_ms": round(max(answers), 1),
        "web_peak_mb": round(peak, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=uploads")
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--times", type=int, default=5, help="so often a file is sent")
    options, _ = parser.parse_known_args()
    folder = Path(os.environ["DATA_DIR"]) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    geopackage = folder / f"boxes-{options.megabytes}.gpkg"
    geotiff = folder / f"relief-{options.megabytes}.tif"
    make_geopackage(geopackage, options.megabytes)
    if not geotiff.exists():
        make_geotiff(geotiff, options.megabytes)
    found: dict[str, float] = {}
    for path in (geopackage, geotiff):
        figures = read(path)
        print(path.name, {name: round(value, 2) for name, value in figures.items()}, flush=True)
        found |= {f"{path.suffix[1:]}_{name}": round(v, 3) for name, v in figures.items()}
    found |= send(geopackage, options.times)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
