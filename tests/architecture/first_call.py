"""Starts a server as `mockservers serve` does, and has it answer a call: test_layers.py looks at what that imports."""

from __future__ import annotations

import http.client
import json

import mockservers.cli.serving
from mockservers.web.bootstrap import MockApp, Serving

__all__ = ["mockservers"]

with MockApp(Serving()) as mock_app:
    demo = mock_app.mocks["omnisegment"].contract.demo
    path = mock_app.mocks["omnisegment"].contract.operations[demo.call["operation"]].path
    body = json.dumps(demo.call["json"])
    for name, value in demo.credentials.items():
        body = body.replace(f"{{{name}}}", value)
    connection = http.client.HTTPConnection("127.0.0.1", mock_app.server.port)
    connection.request("POST", f"/omnisegment{path}", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["SUCCESS"]) == (200, True)
    connection.close()
