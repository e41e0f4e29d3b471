"""The security scheme of a new vendor, which has one credential: the first scheme of the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockservers.cli.scaffold.source import Document, followed

_BEARER = '''    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""'''
_BASIC = '''    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        _, _, password = b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return ""
    return password if scheme.lower() == "basic" else ""'''


@dataclass(frozen=True, slots=True)
class Scheme:
    """The scheme for the contract, the credential's name, and Python code that reads and sends it.

    `imports` and `read` are code of the vendor's auth.py, `send` are arguments of `requests.request`.
    """

    spec: dict[str, Any]
    credential: str
    read: str
    send: str
    imports: str = ""


def scheme_of(document: Document, left_out: list[str]) -> Scheme:
    """The chosen scheme: HTTP bearer if the document declares no scheme that the mock can read."""
    declared = document.get("components", {}).get("securitySchemes", {})
    required = [name for each in document.get("security", ()) for name in each if name in declared]
    for name in (*required, *declared):
        scheme = _scheme(followed(document, declared[name]))
        if scheme is not None:
            others = ", ".join(each for each in declared if each != name)
            if others:
                left_out.append(f"the security schemes {others}: the mock reads {name} alone")
            return scheme
    left_out.append("a security scheme: the document declares none that the mock reads, so HTTP bearer is assumed")
    return _bearer()


def _scheme(spec: Any) -> Scheme | None:
    match spec:
        case {"type": "apiKey", "in": "header", "name": str(name)}:
            read = f'    return call.headers.get("{name.lower()}", "")'
            return Scheme(_kept(spec), "key", read, f'headers={{"{name}": tenant.key}}')
        case {"type": "apiKey", "in": "query", "name": str(name)}:
            read = f'    return call.query.get("{name}", "")'
            return Scheme(_kept(spec), "key", read, f'params={{"{name}": tenant.key}}')
        case {"type": "http", "scheme": str(scheme)} if scheme.lower() == "basic":
            imports = "from base64 import b64decode\n"
            return Scheme({"type": "http", "scheme": "basic"}, "key", _BASIC, 'auth=("any", tenant.key)', imports)
        case {"type": "http", "scheme": str(scheme)} if scheme.lower() == "bearer":
            return _bearer()
        case {"type": "oauth2" | "openIdConnect"}:
            return _bearer()
        case _:
            return None


def _bearer() -> Scheme:
    send = 'headers={"Authorization": f"Bearer {tenant.token}"}'
    return Scheme({"type": "http", "scheme": "bearer"}, "token", _BEARER, send)


def _kept(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: spec[key] for key in ("type", "in", "name")}
