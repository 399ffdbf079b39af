"""Boundaries and points: what is taken, and in which words the rest is refused."""

import json

import pytest

from common.errors import DomainError
from grids import geo

SQUARE = [[113.81, 34.02], [113.82, 34.02], [113.82, 34.03], [113.81, 34.03], [113.81, 34.02]]


def polygon(*rings) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_polygon_is_taken_and_rounded_to_a_tenth_of_a_metre():
    long = [[x + 0.00000012, y, 12.0] for x, y in SQUARE]
    assert geo.boundary_of(json.dumps(polygon(long))) == polygon(SQUARE)


def test_a_feature_stands_for_its_geometry():
    feature = {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)}
    assert geo.boundary_of(json.dumps(feature)) == polygon(SQUARE)
    assert geo.boundary_of(json.dumps({"type": "FeatureCollection", "features": [feature]})) == polygon(SQUARE)


def test_several_parts_are_taken_and_nothing_typed_is_no_boundary():
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    assert geo.checked(parts) == parts
    assert geo.boundary_of("  ") is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("不是坐标", "不是GeoJSON"),
        ("[" * 60_000, "不是GeoJSON"),
        ("{" * 70_000, "边界太大"),
        (json.dumps({"type": "Point", "coordinates": [113.8, 34.0]}), "点和线"),
        (json.dumps({"type": "FeatureCollection", "features": []}), "只有一个边界"),
        (json.dumps({"type": "Polygon"}), "没有坐标"),
        (json.dumps(polygon(SQUARE[:-1])), "没有闭合"),
        (json.dumps(polygon(SQUARE[:2])), "至少要有四个点"),
        (json.dumps(polygon([SQUARE[0]] * 4)), "围不成"),
        (json.dumps(polygon([[y, x] for x, y in SQUARE])), "写反了"),
        (json.dumps(polygon([[x + 30, y] for x, y in SQUARE])), "不在河南省内"),
        (json.dumps(polygon([["113.8", "34.0"]] * 4)), "两个数字"),
        (json.dumps(polygon([[113.8]] * 4)), "[经度, 纬度]"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 34.0], [113.8, 34.0], [113.8, 34.1], [NaN, 34.0]]]}', "两个数字"),
        (json.dumps(polygon([[113.8, 34.0]] * 2001)), "点太多|围不成"),
        (json.dumps([1]), "点和线"),
    ],
)
def test_everything_else_is_refused_in_words(typed, said):
    with pytest.raises(DomainError) as refusal:
        geo.boundary_of(typed)
    assert any(part in refusal.value.message for part in said.split("|"))


def test_a_point_is_whole_and_in_the_province():
    geo.check_point(None, None)
    geo.check_point(113.81665, 34.02675)
    for longitude, latitude, said in ((113.8, None, "一起填"), (34.0, 113.8, "写反了"), (0, 0, "不在河南省内")):
        with pytest.raises(DomainError, match=said):
            geo.check_point(longitude, latitude)


def test_an_outline_is_drawn_north_up_within_its_box():
    drawn = geo.outline(polygon(SQUARE), edge=108)
    assert drawn["path"].startswith("M4.0 104.0L") and drawn["path"].endswith("Z")
    assert drawn["box"] == "0 0 91 108"
    assert geo.outline(None) is None
