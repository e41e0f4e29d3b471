"""The sentences of rules as HTML: text between backticks is code."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_CODE = re.compile("`([^`]+)`")


def marked(sentence: object) -> Markup:
    """A sentence as HTML, escaped; `x` between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 - escaped before
