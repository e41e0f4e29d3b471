"""The problem of a refused line, in words."""

from __future__ import annotations

import re
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.value import Value
from mockservers.core.values.json_text import NotJson, dumps, pointer, value_at
from mockservers.core.values.other_formats import other_format
from mockservers.core.values.printable import printable, shortened
from mockservers.vendors.fanship.line_batches import BYTE_ORDER_MARK

_LONGEST_EXCERPT = 60


class LineProblem(Value):
    """The problem of a line. `text` is the same for all lines with this problem.

    `detail` is more specific to this line, if there is more to say, and `given` is the line's value, for a sentence.
    """

    text: str
    detail: str = ""
    given: str = ""

    @property
    def in_detail(self) -> str:
        """The problem of this line, as specific as possible."""
        return self.detail or self.text


def too_long(limit: int) -> LineProblem:
    """Return the problem of a line with too many bytes."""
    return LineProblem(f"is longer than {limit} bytes")


def not_json(line: bytes, reason: NotJson) -> LineProblem:
    """Return why a line is not JSON, with its cause if that is a common one."""
    given = f"`{shortened(printable(line.decode('utf-8', 'replace')), _LONGEST_EXCERPT)}`"
    if line.startswith(BYTE_ORDER_MARK):
        return LineProblem("begins with a byte order mark", given=given)
    if name := other_format(line):
        return LineProblem(f"is {name}, where a file of plain UTF-8 text is expected", given=given)
    detail = f"is not JSON: {reason}"
    return LineProblem(_PLACE_IN_LINE.sub("", detail), detail, given)


def violated(violation: Violation, line: Any) -> LineProblem:
    """Return how a JSON line violates the schema."""
    name = ".".join(token for token in violation.at if isinstance(token, str))
    if violation.keyword == "required":
        return LineProblem(f"lacks {name}", given=_excerpt(value_at(line, pointer(*violation.at[:-1]))))
    text = f"violates `{violation.keyword}: {_excerpt(violation.expected)}`"
    detail = f"violates `{violation.keyword}`: {violation.message[:200]}"
    return LineProblem(f"{text} at {name}" if name else text, detail, _excerpt(violation.value))


def _excerpt(value: Any) -> str:
    return shortened(dumps(value).decode("utf-8", "replace"), _LONGEST_EXCERPT)


_PLACE_IN_LINE = re.compile(r": line \d+ column \d+ \(char \d+\)$| at byte \d+$")
"""The parser's position, which differs for each line."""
