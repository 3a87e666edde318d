"""Files are told apart by what is in them."""

import gzip
import json

import pytest

from layers.importing.files import UnreadableFileError, read_items
from tests.layers.records import RIVERS, ROADS, lines_of


def read(tmp_path, content: bytes):
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    return list(read_items(path))


def encoded(document) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "content",
    [
        encoded([RIVERS, ROADS]),
        json.dumps([RIVERS, ROADS], indent=2).encode(),
        lines_of([RIVERS, ROADS]).encode(),
        lines_of([RIVERS, ROADS]).strip().encode(),
        b"\xef\xbb\xbf" + lines_of([RIVERS, ROADS]).encode(),
        b"\n\n" + lines_of([RIVERS, ROADS]).replace("\n", "\r\n\r\n").encode(),
        gzip.compress(lines_of([RIVERS, ROADS]).encode()),
        gzip.compress(encoded([RIVERS, ROADS])),
    ],
    ids=["list", "indented list", "lines", "no end", "mark", "blank lines", "gz lines", "gz list"],
)
def test_two_records(tmp_path, content):
    assert [item.value for item in read(tmp_path, content)] == [RIVERS, ROADS]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object(tmp_path, indent):
    items = read(tmp_path, json.dumps(RIVERS, indent=indent).encode())
    assert [item.value for item in items] == [RIVERS]


def test_places_say_where_to_look(tmp_path):
    assert [i.place for i in read(tmp_path, b"\n" + lines_of([RIVERS, ROADS]).encode())] == [
        "line 2",
        "line 3",
    ]
    assert [i.place for i in read(tmp_path, encoded([RIVERS]))] == ["record 1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "no JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_damaged_line_costs_no_other_its_place(tmp_path, line, reason, first):
    whole = lines_of([RIVERS]).encode().strip()
    items = read(tmp_path, b"\n".join([line, whole] if first else [whole, line]))
    damaged, good = items if first else reversed(items)
    assert reason in damaged.problem
    assert good.value == RIVERS


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<xml/>", "neither JSON nor JSON lines"),
        (b"\x89PNG\r\n\x1a\n\x00", "neither JSON nor JSON lines"),
        (gzip.compress(lines_of([RIVERS] * 200).encode())[:200], "damaged or cut short"),
    ],
)
def test_unreadable_files(tmp_path, content, reason):
    with pytest.raises(UnreadableFileError, match=reason):
        read(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableFileError, match="No such file"):
        list(read_items(tmp_path / "nothing"))
    with pytest.raises(UnreadableFileError, match="directory"):
        list(read_items(tmp_path))
