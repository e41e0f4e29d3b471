"""Curves as one SVG picture, one panel per curve: sizes on a logarithmic scale, costs from zero."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jinja2 import Environment

from bench.curve import MOST, Curve

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 400, 240, 36, 44, 36, 40

_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width * 2 }} {{ height * rows }}" font-family="sans-serif" \
font-size="11" role="img" aria-label="What a call costs as things grow">
<rect width="100%" height="100%" fill="white"/>
{%- for panel in panels %}
<g transform="translate({{ panel.x }} {{ panel.y }})">
<text x="8" y="18" font-size="13" font-weight="bold">{{ panel.curve.what }}</text>
<text x="8" y="34" fill="#555">µs by {{ panel.curve.per }}; at the end {{ "%.2f" | format(panel.curve.growth) }} × \
the least</text>
<line x1="{{ left }}" x2="{{ width - right }}" y1="{{ height - bottom }}" y2="{{ height - bottom }}" stroke="#999"/>
<line x1="{{ left }}" x2="{{ width - right }}" y1="{{ panel.limit }}" y2="{{ panel.limit }}" stroke="#c60" \
stroke-dasharray="4 3"/>
<text x="{{ left }}" y="{{ panel.limit - 4 }}" fill="#c60">{{ most }} × the least</text>
<polyline points="{% for point in panel.points %}{{ point.x }},{{ point.y }} {% endfor %}" fill="none" stroke="#06c" \
stroke-width="2"/>
{%- for point in panel.points %}
<circle cx="{{ point.x }}" cy="{{ point.y }}" r="3" fill="#06c"/>
<text x="{{ point.x }}" y="{{ point.y + 16 }}" text-anchor="middle">{{ point.cost }}</text>
<text x="{{ point.x }}" y="{{ height - bottom + 16 }}" text-anchor="middle" fill="#555">{{ point.size }}</text>
{%- endfor %}
</g>
{%- endfor %}
</svg>
"""


def picture(curves: Sequence[Curve]) -> str:
    """All curves, two panels in a row."""
    panels = [
        {"curve": curve, "x": at % 2 * _WIDTH, "y": at // 2 * _HEIGHT, **_drawn(curve)}
        for at, curve in enumerate(curves)
    ]
    template = Environment(autoescape=True).from_string(_SVG)
    return template.render(
        panels=panels,
        rows=-(-len(curves) // 2),
        most=f"{MOST:g}",
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_RIGHT,
        bottom=_BOTTOM,
    )


def _drawn(curve: Curve) -> dict[str, object]:
    sizes = [math.log(size) for size, _ in curve.points]
    limit = MOST * min(cost for _, cost in curve.points)
    highest = max(limit, *(cost for _, cost in curve.points))
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def y(cost: float) -> float:
        return round(_HEIGHT - _BOTTOM - cost / highest * (down - 12), 1)

    points = [
        {
            "x": round(_LEFT + (size - sizes[0]) / (sizes[-1] - sizes[0]) * across, 1),
            "y": y(cost),
            "cost": f"{cost:,.0f}",
            "size": f"{count:,}",
        }
        for size, (count, cost) in zip(sizes, curve.points, strict=True)
    ]
    return {"points": points, "limit": y(limit)}
