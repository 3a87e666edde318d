import math

import pytest
from django.core.exceptions import ValidationError

from layers.extent import BoundingBox


def test_a_box_is_west_south_east_north():
    box = BoundingBox.of([-3.3, 4.7, 1.2, 11.2])
    assert (box.west, box.south, box.east, box.north) == (-3.3, 4.7, 1.2, 11.2)
    assert box.as_list == [-3.3, 4.7, 1.2, 11.2]


def test_an_envelope_is_west_east_north_south():
    assert BoundingBox(-3.3, 4.7, 1.2, 11.2).envelope == "ENVELOPE(-3.3, 1.2, 11.2, 4.7)"


def test_an_envelope_has_no_exponents():
    assert BoundingBox.of([1e-7, 0, 1, 1]).envelope == "ENVELOPE(0.0000001, 1, 1, 0)"


def test_west_beyond_east_crosses_the_180th_meridian():
    box = BoundingBox.of([170, -20, -170, -10])
    assert box.crosses_antimeridian
    assert box.width == 20
    assert box.centre == (180, -15)


def test_the_centre_stays_on_the_globe():
    assert BoundingBox.of([178, 0, -170, 0]).centre == (-176, 0)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([120, 0, -180, 1], [120, 0, 180, 1]),
        ([180, 0, -120, 1], [-180, 0, -120, 1]),
        ([180, 0, -180, 1], [180, 0, 180, 1]),
        ([-180, 0, 180, 1], [-180, 0, 180, 1]),
        ([-180, 0, -180, 1], [-180, 0, -180, 1]),
    ],
)
def test_what_ends_at_the_180th_meridian_does_not_cross_it(numbers, expected):
    box = BoundingBox.of(numbers)
    assert box.as_list == expected
    assert not box.crosses_antimeridian


@pytest.mark.parametrize("numbers", [[0, 0, 0, 0], [-180, -90, 180, 90], [5, 1, 5, 2]])
def test_points_lines_and_the_world_are_boxes(numbers):
    assert BoundingBox.of(numbers).as_list == numbers


def test_the_world_has_the_area_of_the_sphere():
    area = BoundingBox.of([-180, -90, 180, 90]).area_km2
    assert math.isclose(area, 4 * math.pi * 6371.0088**2)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([-181, 0, 0, 0], "West must lie"),
        ([0, -91, 0, 0], "South must lie"),
        ([0, 0, 180.1, 0], "East must lie"),
        ([0, 0, 0, 90.1], "North must lie"),
        ([0, 10, 0, 5], "South must not lie north of north"),
        ([math.nan, 0, 0, 0], "West must lie"),
        ([0, 0, math.inf, 0], "East must lie"),
        ([0, 0, 0], "four numbers"),
        (["a", 0, 0, 0], "must be numbers"),
        ([None, 0, 0, 0], "must be numbers"),
    ],
)
def test_a_wrong_box_says_what_is_wrong(numbers, message):
    with pytest.raises(ValidationError, match=message):
        BoundingBox.of(numbers)


def test_each_wrong_side_is_named():
    with pytest.raises(ValidationError) as caught:
        BoundingBox.of([-200, -100, 200, 100])
    assert len(caught.value.messages) == 4


def test_minus_zero_is_zero():
    assert str(BoundingBox.of([-0.0, 0, 0, 0]).west) == "0.0"
