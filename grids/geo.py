"""Boundaries and points: GeoJSON in WGS-84, inside Henan roughly. Pure: no queries. Refusals are DomainError in Chinese.

Maps made here for the public show GCJ-02, which lies about 575 m off at Weidu; nothing can tell the two apart, so the
form says which one is wanted (docs/decisions/0018-places.md).
"""

import json
import math
from typing import Any

from common.errors import DomainError

WEST, EAST, SOUTH, NORTH = 110.3, 116.7, 31.3, 36.4
MAX_TEXT = 64_000
MAX_POSITIONS = 2_000
DECIMALS = 6  # a tenth of a metre
KINDS = ("Polygon", "MultiPolygon")


def boundary_of(typed: str) -> dict[str, Any] | None:
    """The geometry that was typed or pasted, to six decimals; None for an empty text.

    A Feature, and a FeatureCollection of one, stand for their geometry.
    """
    if not typed.strip():
        return None
    if len(typed) > MAX_TEXT:
        raise DomainError(f"边界太大，最多{MAX_TEXT // 1000}千个字符。请先把边界线简化再粘贴。")
    try:
        geometry = _geometry(json.loads(typed))
    except (ValueError, RecursionError):
        raise DomainError("边界不是GeoJSON，请从地图工具里整段复制，不要漏掉开头和结尾的括号。") from None
    return checked(geometry)


def checked(geometry: Any) -> dict[str, Any]:
    """The geometry with its rings looked at and rounded."""
    if not isinstance(geometry, dict) or geometry.get("type") not in KINDS:
        raise DomainError("边界要画成面（Polygon或MultiPolygon），点和线不能当边界。")
    shapes = geometry.get("coordinates")
    if geometry["type"] == "Polygon":
        shapes = [shapes]
    if not isinstance(shapes, list) or not shapes:
        raise DomainError("边界里没有坐标。")
    rings = [_rings(shape) for shape in shapes]
    if sum(len(ring) for shape in rings for ring in shape) > MAX_POSITIONS:
        raise DomainError(f"边界的点太多，最多{MAX_POSITIONS}个，请先简化再粘贴。")
    return {"type": geometry["type"], "coordinates": rings[0] if geometry["type"] == "Polygon" else rings}


def check_point(longitude: Any, latitude: Any) -> None:
    """Refuse half a point, and one outside Henan."""
    if longitude is None and latitude is None:
        return
    if longitude is None or latitude is None:
        raise DomainError("经度和纬度要一起填，或者都不填。")
    _inside(float(longitude), float(latitude))


def outline(boundary: dict[str, Any] | None, *, edge: int = 240) -> dict[str, str] | None:
    """A boundary as SVG, north up: {"box": viewBox, "width", "height", "path": d}; None where there is nothing to draw."""
    if not boundary:
        return None
    shapes = boundary["coordinates"] if boundary["type"] == "MultiPolygon" else [boundary["coordinates"]]
    rings = [ring for shape in shapes for ring in shape]
    points = [position for ring in rings for position in ring]
    west, north = min(p[0] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians(north))
    across = (max(p[0] for p in points) - west) * squeeze
    down = north - min(p[1] for p in points)
    scale = (edge - 8) / (max(across, down) or 1)
    lines = [
        "M" + "L".join(f"{4 + (x - west) * squeeze * scale:.1f} {4 + (north - y) * scale:.1f}" for x, y in ring) + "Z"
        for ring in rings
    ]
    width, height = f"{across * scale + 8:.0f}", f"{down * scale + 8:.0f}"
    return {"box": f"0 0 {width} {height}", "width": width, "height": height, "path": "".join(lines)}


def _geometry(typed: Any) -> Any:
    if isinstance(typed, dict) and typed.get("type") == "FeatureCollection":
        features = typed.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise DomainError("一处只有一个边界，粘贴的内容里有几个，请只留一个。")
        typed = features[0]
    return typed.get("geometry") if isinstance(typed, dict) and typed.get("type") == "Feature" else typed


def _rings(shape: Any) -> list[list[list[float]]]:
    if not isinstance(shape, list) or not shape:
        raise DomainError("边界里没有坐标。")
    return [_ring(ring) for ring in shape]


def _ring(ring: Any) -> list[list[float]]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise DomainError("边界线至少要有四个点，最后一个点和第一个点相同。")
    positions = [_position(position) for position in ring]
    if positions[0] != positions[-1]:
        raise DomainError("边界线没有闭合：最后一个点要和第一个点相同。")
    if len({tuple(position) for position in positions}) < 3:
        raise DomainError("边界线围不成一块地方，请重新画。")
    return positions


def _position(position: Any) -> list[float]:
    if not isinstance(position, list) or len(position) not in (2, 3):
        raise DomainError("边界里每个点要写成[经度, 纬度]。")
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in position):
        raise DomainError("边界里每个点要写成[经度, 纬度]，两个数字。")
    longitude, latitude = float(position[0]), float(position[1])
    _inside(longitude, latitude)
    return [round(longitude, DECIMALS), round(latitude, DECIMALS)]


def _inside(longitude: float, latitude: float) -> None:
    if WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH:
        return
    if WEST <= latitude <= EAST and SOUTH <= longitude <= NORTH:
        raise DomainError("经度和纬度写反了，先写经度（约113.8），再写纬度（约34.0）。")
    raise DomainError("坐标不在河南省内，请核对。要用WGS-84坐标，魏都区约为经度113.8、纬度34.0。")
