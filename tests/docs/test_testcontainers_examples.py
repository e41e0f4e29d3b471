"""The examples for Testcontainers in Java, Go and PHP, compiled and run with stand-ins for the libraries.

A stand-in has the signatures of the library and starts nothing: its container is a server of this test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.docs.code_blocks import ROOT, blocks
from tests.docs.reader import ADMIN_TOKEN
from tests.elsewhere import Elsewhere, elsewhere

EXAMPLES = {block.language: block.text for block in blocks((ROOT / "docs" / "testcontainers.md").read_text("utf-8"))}

JAVA = """
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;

class GenericContainer<SELF extends GenericContainer<SELF>> implements AutoCloseable {
    GenericContainer(String image) {}
    @SuppressWarnings("unchecked") SELF self() { return (SELF) this; }
    SELF withExposedPorts(Integer... ports) { return self(); }
    SELF withEnv(String name, String value) { return self(); }
    SELF waitingFor(HttpWaitStrategy strategy) { return self(); }
    void start() {}
    public void close() {}
    String getHost() { return "127.0.0.1"; }
    Integer getMappedPort(int port) { return Integer.valueOf(System.getenv("PORT")); }
}
class HttpWaitStrategy { HttpWaitStrategy forPort(int port) { return this; } }
class Wait { static HttpWaitStrategy forHttp(String path) { return new HttpWaitStrategy(); } }
class Example {
    static void assertTrue(boolean holds, String message) { if (!holds) throw new AssertionError(message); }
    public static void main(String[] arguments) throws Exception {
        EXAMPLE
        System.out.println("passed");
    }
}
"""

GO_TEST = """package shop

import (
	"context"
	"testing"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

func TestExample(t *testing.T) {
	ctx := context.Background()
	EXAMPLE
	if err != nil {
		t.Fatal(err)
	}
	t.Log(url)
}
"""
GO_CONTAINER = """package testcontainers

import (
	"context"
	"os"
	"testing"

	"github.com/testcontainers/testcontainers-go/wait"
)

type ContainerCustomizer interface{}
type DockerContainer struct{}

func Run(ctx context.Context, image string, options ...ContainerCustomizer) (*DockerContainer, error) {
	return &DockerContainer{}, nil
}
func WithExposedPorts(ports ...string) ContainerCustomizer              { return nil }
func WithEnv(variables map[string]string) ContainerCustomizer           { return nil }
func WithWaitStrategy(strategies ...wait.Strategy) ContainerCustomizer  { return nil }
func CleanupContainer(t testing.TB, container *DockerContainer)         {}
func (c *DockerContainer) PortEndpoint(ctx context.Context, port string, proto string) (string, error) {
	return proto + "://127.0.0.1:" + os.Getenv("PORT"), nil
}
"""
GO_WAIT = """package wait

type Strategy interface{}
type HTTPStrategy struct{}

func ForHTTP(path string) *HTTPStrategy                 { return &HTTPStrategy{} }
func (s *HTTPStrategy) WithPort(port string) *HTTPStrategy { return s }
"""
GO_MODULE = "github.com/testcontainers/testcontainers-go"

PHP = """<?php
interface WaitStrategy {}
class WaitForHttp implements WaitStrategy {
    function __construct(?int $port = null, int $timeout = 10000, int $pollInterval = 500) {}
    function withPath(string $path): self { return $this; }
}
class Started {
    function getHost(): string { return '127.0.0.1'; }
    function getMappedPort(int $port): int { return (int) getenv('PORT'); }
}
class GenericContainer {
    function __construct(string $image) {}
    function withExposedPorts(...$ports): static { return $this; }
    function withEnvironment(array $env): static { return $this; }
    function withWait(WaitStrategy $waitStrategy): static { return $this; }
    function start(): Started { return new Started(); }
}
EXAMPLE
echo $url;
"""


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    """A server that asks for its admin token, with its demo tenants."""
    with elsewhere(guarded=True) as server:
        yield server


def run(command: Sequence[str], folder: Path, server: Elsewhere) -> subprocess.CompletedProcess[str]:
    program = shutil.which(command[0])
    if program is None:
        pytest.skip(f"there is no {command[0]} here")
    env = {**os.environ, "PORT": str(urlsplit(server.url).port), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_the_java_example_passes_once_something_arrived(there: Elsewhere, tmp_path: Path) -> None:
    example = EXAMPLES["java"].replace(ADMIN_TOKEN, there.token or "")
    (tmp_path / "Example.java").write_text(JAVA.replace("EXAMPLE", example), "utf-8")
    compiled = run(["javac", "-Xlint:all", "Example.java"], tmp_path, there)
    assert (compiled.returncode, compiled.stdout + compiled.stderr) == (0, "")
    before = run(["java", "Example"], tmp_path, there)
    assert (before.returncode, "AssertionError" in before.stderr) == (1, True)
    requests.post(
        f"{there.url}/zangsho/v1/customers",
        headers={"Authorization": "Bearer 1|demo-zangsho-token"},
        json={"email": "chen.meili@example.com"},
        timeout=20,
    ).raise_for_status()
    after = run(["java", "Example"], tmp_path, there)
    assert after.stdout == "passed\n", after.stderr


def test_the_go_example_prints_the_address(there: Elsewhere, tmp_path: Path) -> None:
    library = tmp_path / "library"
    (library / "wait").mkdir(parents=True)
    (library / "go.mod").write_text(f"module {GO_MODULE}\n\ngo 1.19\n")
    (library / "testcontainers.go").write_text(GO_CONTAINER)
    (library / "wait" / "wait.go").write_text(GO_WAIT)
    (tmp_path / "shop_test.go").write_text(GO_TEST.replace("EXAMPLE", EXAMPLES["go"]))
    needs = f"require {GO_MODULE} v0.38.0\nreplace {GO_MODULE} => ./library\n"
    (tmp_path / "go.mod").write_text(f"module shop\n\ngo 1.19\n\n{needs}")
    done = run(["go", "test", "-v", "./..."], tmp_path, there)
    assert (done.returncode, there.url in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_php_example_prints_the_address(there: Elsewhere, tmp_path: Path) -> None:
    (tmp_path / "example.php").write_text(PHP.replace("EXAMPLE", EXAMPLES["php"]), "utf-8")
    assert run(["php", "example.php"], tmp_path, there).stdout == there.url
