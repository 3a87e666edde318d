"""A server of maps as pages meet them: WMS, WMTS, tiles and GeoJSON, and a WMS that is broken."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

RIVER = {"type": "LineString", "coordinates": [[-2, 5], [0, 8], [1, 11]]}
LEVEL = """<TileMatrix><ows:Identifier>{level}</ows:Identifier>
<ScaleDenominator>{scale}</ScaleDenominator><TopLeftCorner>90 -180</TopLeftCorner>
<TileWidth>256</TileWidth><TileHeight>256</TileHeight>
<MatrixWidth>{columns}</MatrixWidth><MatrixHeight>{rows}</MatrixHeight></TileMatrix>"""
CAPABILITIES = """<?xml version="1.0"?><Capabilities xmlns="http://www.opengis.net/wmts/1.0"
 xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0"><Contents>
<Layer><ows:Identifier>rivers</ows:Identifier><Style isDefault="true">
<ows:Identifier>plain</ows:Identifier></Style><Format>image/png</Format>
<TileMatrixSetLink><TileMatrixSet>world</TileMatrixSet></TileMatrixSetLink>
<ResourceURL format="image/png" resourceType="tile"
 template="{url}/wmts/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"/></Layer>
<TileMatrixSet><ows:Identifier>world</ows:Identifier>
<ows:SupportedCRS>urn:ogc:def:crs:EPSG::4326</ows:SupportedCRS>{levels}</TileMatrixSet>
</Contents></Capabilities>"""
COARSEST = 279541132.0143589  # scale denominator of two tiles around the world


def picture() -> bytes:
    """A PNG of one half transparent pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xc0\x30\x30\x80")
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def capabilities(url: str) -> str:
    levels = "".join(
        LEVEL.format(level=n, scale=COARSEST / 2**n, columns=2 ** (n + 1), rows=2**n)
        for n in range(8)
    )
    return CAPABILITIES.format(url=url, levels=levels)


class MapService(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        asked = {name.upper(): value for name, value in parse_qsl(urlsplit(self.path).query)}
        if path == "/wms" and asked.get("LAYERS") == "rivers":
            self.answer("image/png", picture())
        elif path == "/wms":
            self.answer("text/xml", b"<ServiceException>LayerNotDefined</ServiceException>")
        elif path == "/wmts":
            url = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            self.answer("text/xml", capabilities(url).encode())
        elif path.endswith(".png"):
            self.answer("image/png", picture())
        elif path == "/rivers.geojson":
            self.answer("application/geo+json", json.dumps(RIVER).encode())
        else:
            self.answer("image/png", b"", status=500)

    def answer(self, kind: str, content: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def running_map_service(port: int = 0) -> Iterator[ThreadingHTTPServer]:
    """Its `asked` are the addresses that it was asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", port), MapService)
    server.asked = []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
