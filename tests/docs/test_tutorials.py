"""What the tutorials show and no reader of the pages runs: the methods for PHPUnit, called as PHPUnit calls them."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from tests.docs.code_blocks import ROOT, blocks

(METHODS,) = [
    block.text
    for block in blocks((ROOT / "docs" / "tutorial-php.md").read_text("utf-8"))
    if "function tearDown" in block.text
]
PROGRAM = """<?php
class Asserted extends Exception {}
class ATest {
    public $mocks, $zangsho;
    METHODS
    public function assertFalse($value, $message) { if ($value) { throw new Asserted($message); } }
    public function run($customer) {
        $this->setUp();
        $head = "Authorization: Bearer {$this->zangsho['credentials']['token']}\\r\\nContent-Type: application/json";
        $options = ['method' => 'POST', 'header' => $head, 'content' => json_encode($customer)];
        $context = stream_context_create(['http' => $options]);
        file_get_contents("{$this->zangsho['base_url']}/v1/customers", false, $context);
        try { $this->tearDown(); echo "passed\\n"; } catch (Asserted $failed) { echo $failed->getMessage(), "\\n"; }
    }
}
(new ATest)->run(['email' => 'chen.meili@example.com', 'phone' => '0923456789']);
(new ATest)->run(['email' => 'chen.meili@example.com', 'phoneNumber' => '0923456789']);
""".replace("METHODS", METHODS)


@pytest.mark.skipif(shutil.which("php") is None, reason="there is no php here")
def test_the_phpunit_methods_pass_for_items_that_arrive_and_fail_for_lost_ones() -> None:
    with MockApp(Serving(vendors=("zangsho",), demo=False)) as mock_app:
        done = subprocess.run(
            ["php"],
            input=PROGRAM,
            env={**os.environ, "MOCKSERVERS_URL": mock_app.server.url},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        left = mock_app.control.tenants()
    passed, *failed = done.stdout.splitlines()
    assert passed == "passed", done.stdout + done.stderr
    assert failed[0] == "Lost: Zangsho does not store what follows, and no answer said so (1 item sent, 1 stored)."
    assert left == []
