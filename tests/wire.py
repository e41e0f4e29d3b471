"""Requests as contracts write them down, on their way through a vendor's Flask app."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import flask
from werkzeug.test import TestResponse

from mockservers.core.tenancy.mock import Mock
from mockservers.core.values.json_text import dumps
from mockservers.vendors import vendor
from mockservers.web.apps import app_of
from mockservers.web.seeds import seed_demo
from tests.asking import contract


def fresh_app(vendor_name: str) -> flask.Flask:
    """A vendor's app with its demo tenant, its contract read once a test process."""
    mock = Mock(vendor(vendor_name), contract(vendor_name))
    seed_demo(mock)
    return app_of(mock)


def filled(value: Any, credentials: Mapping[str, str]) -> Any:
    """A value with credentials in its {placeholders}; {basic} is the header that has an api_key in it."""
    words = dict(credentials)
    if "api_key" in words:
        words["basic"] = "Basic " + base64.b64encode(f"any:{words['api_key']}".encode()).decode()
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), value)
    if isinstance(value, dict):
        return {filled(key, credentials): filled(item, credentials) for key, item in value.items()}
    return [filled(item, credentials) for item in value] if isinstance(value, list) else value


def send(app: flask.Flask, request: Mapping[str, Any], credentials: Mapping[str, str]) -> TestResponse:
    """The answer to `{method, path, headers, json | text | file}`."""
    asked = filled(request, credentials)
    headers = dict(asked.get("headers", {}))
    given: dict[str, Any] = {}
    if "json" in asked:
        given["data"] = dumps(asked["json"])
        headers.setdefault("Content-Type", "application/json")
    elif "text" in asked:
        given["data"] = asked["text"].encode()
    elif "file" in asked:
        file = asked["file"]
        part = (BytesIO(file["text"].encode()), file["filename"], file["type"])
        given = {"data": {file["name"]: part}, "content_type": "multipart/form-data"}
    return app.test_client().open(asked["path"], method=asked["method"], headers=headers, **given)
