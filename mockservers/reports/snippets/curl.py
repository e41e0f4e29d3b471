"""A recorded call as a curl command for a POSIX shell. Credentials are environment variables."""

from __future__ import annotations

import re
import shlex

from mockservers.reports.snippets.sample import Sample, pieces

_NO_NAME = re.compile(r"[^A-Z0-9_]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\\]")
_GLOBS = re.compile(r"[\[\]{}]")


def curl(sample: Sample, url: str) -> str:
    """The command. `url` is the address of the server. The command ends with an error if a variable is not set."""
    words = ["curl", "-sS"]
    words += ["--head"] if sample.method == "HEAD" else ["-X", shlex.quote(sample.method)]
    words += ["-g"] if _GLOBS.search(sample.target) else []
    words += ["--path-as-is"] if "/." in sample.target else []
    lines = [" ".join([*words, _word(f"{url}/{sample.vendor}{sample.target}", sample)])]
    if sample.user:
        lines.append(f"-u {_word(sample.user, sample)}")
    lines += [f"-H {_word(_header(name, value), sample)}" for name, value in sample.headers.items()]
    pipe = ""
    if sample.body:
        lines += [] if "content-type" in sample.headers else ["-H 'Content-Type:'"]
        if isinstance(sample.body, str) and not _CONTROL.search(sample.body):
            lines.append(f"--data-raw {_word(sample.body, sample)}")
        else:  # a page or a terminal would change bytes and control characters
            text = sample.body if isinstance(sample.body, str) else sample.body.decode("ascii", "surrogateescape")
            pipe = f"printf %b {_word(_TO_ESCAPE.sub(_escaped, text), sample)} | "
            lines.append("--data-binary @-")
    return pipe + " \\\n  ".join(lines) + "\n"


def _escaped(match: re.Match[str]) -> str:
    """A character for `printf %b`: a C escape, or its bytes in octal."""
    c_escape = {"\r": "\\r", "\\": "\\\\"}.get(match[0])
    return c_escape or "".join(f"\\0{byte:03o}" for byte in match[0].encode("utf-8", "surrogateescape"))


def _header(name: str, value: str) -> str:
    """A header for curl: without a value it ends in a semicolon."""
    return f"{name}: {value}" if value else f"{name};"


def _word(text: str, sample: Sample) -> str:
    """A shell word: texts in single quotes, credentials as variables in double quotes."""
    word = ""
    for before, name in pieces(text):
        word += shlex.quote(before) if before else ""
        word += f'"${{{variable(sample.vendor, name)}:?is not set}}"' if name else ""
    return word or "''"


def variable(vendor: str, credential: str) -> str:
    """The environment variable of a credential: ZANGSHO_TOKEN."""
    return _NO_NAME.sub("_", f"{vendor}_{credential}".upper())
