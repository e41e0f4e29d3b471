"""Imports go one way, each library has its place, and no file grows beyond what can be read at once."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mockservers"
MAY_IMPORT = {
    "core": {"core"},
    "vendors": {"core", "vendors"},
    "reports": {"core", "reports"},
    "web": {"core", "vendors", "reports", "web"},
    "client": {"core", "client"},
    "testing": {"core", "vendors", "reports", "web", "client", "testing"},
    "clients": {"core", "testing", "clients"},
    "cli": {"core", "vendors", "reports", "web", "client", "testing", "cli"},
}
FILES = sorted(PACKAGE.rglob("*.py"))
LINES_MOST = 400
FUNCTION_LINES_MOST = 50


def layer(module: str) -> str:
    """The layer of a module, by its dotted name. The package and its command are the topmost."""
    return module.split(".")[1] if "." in module and module != "mockservers.__main__" else "cli"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module or "")
    return frozenset(found)


def imported_files(path: Path) -> set[Path]:
    """The files of the package that a file imports, wherever in it, type-checking imports included."""
    files = {module_of(each): each for each in FILES}
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            modules.update(name if name in files else str(node.module) for name in names)
    return {files[name] for name in modules & files.keys()} - {path}


def test_no_import_is_circular() -> None:
    """If this fails, files need each other to be understood. Fix: move what they share below both."""
    left = {path: imported_files(path) for path in FILES}
    while leaves := [path for path, needs in left.items() if not needs & left.keys()]:
        for path in leaves:
            del left[path]
    assert sorted(map(module_of, left)) == []


def users(library: str) -> set[str]:
    """The layers that import a library."""
    known = (path for path in FILES if any(name.partition(".")[0] == library for name in imports(path)))
    return {layer(module_of(path)) for path in known}


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_go_one_way(path: Path) -> None:
    may = MAY_IMPORT[layer(module_of(path))]
    assert [name for name in imports(path) if name.startswith("mockservers.") and layer(name) not in may] == []


@pytest.mark.parametrize("vendor", sorted(path.parent.name for path in (PACKAGE / "vendors").glob("*/__init__.py")))
def test_a_vendor_imports_only_the_core_and_itself(vendor: str) -> None:
    home = f"mockservers.vendors.{vendor}"
    for path in sorted((PACKAGE / "vendors" / vendor).rglob("*.py")):
        ours = [name for name in imports(path) if name.startswith("mockservers")]
        assert [name for name in ours if not name.startswith(("mockservers.core", home))] == [], path


@pytest.mark.parametrize("library", ["flask", "httptools"])
def test_only_the_web_layer_speaks_http(library: str) -> None:
    assert users(library) == {"web"}


@pytest.mark.parametrize("library", ["pytest", "hypothesis", "responses", "requests"])
def test_only_the_testing_package_imports_test_libraries(library: str) -> None:
    assert users(library) <= {"testing", *({"clients"} if library == "requests" else ())}


@pytest.mark.parametrize("library", ["orjson", "msgspec", "jsonschema_rs", "referencing"])
def test_only_the_core_parses_json_and_schemas(library: str) -> None:
    assert users(library) <= {"core"}


IMPURE = {"time", "random", "secrets", "os", "sys", "socket", "subprocess", "threading", "zoneinfo", "tempfile"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "vendors").glob("*/*.py")), ids=module_of)
def test_a_vendor_imports_and_calls_nothing_impure(path: Path) -> None:
    assert {name.partition(".")[0] for name in imports(path)} & IMPURE == set()
    called = [ast.unparse(node) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    impure = ("open(", "print(", "datetime.now(", "datetime.today(", "datetime.utcnow(", "date.today(", "uuid.uuid")
    assert [call for call in called if call.startswith(impure)] == []


CLOCKS = re.compile(
    r"_?time\.(time|monotonic|perf_counter|localtime|gmtime|strftime)(_ns)?\("
    r"|(\w+\.)?(datetime|date)\.(now|utcnow|today)\("
    r"|formatdate\((\)|\w+=)"
)
READ_BY = "mockservers.core.values.real_time"


@pytest.mark.parametrize("path", [path for path in FILES if module_of(path) != READ_BY], ids=module_of)
def test_clocks_are_read_in_one_place_that_no_test_can_freeze(path: Path) -> None:
    """What moves `time` and `datetime` for the code under test must not move the server that runs beside it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    called = [ast.unparse(node) for node in nodes if isinstance(node, ast.Call)]
    taken = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "time"]
    assert [call for call in called if CLOCKS.match(call)] == []
    assert {name.name for node in taken for name in node.names} <= {"sleep"}
    assert "asyncio" not in imports(path) or path.stem in ("accept_loop", "proxy", "relay"), (
        "a loop reads time.monotonic: accept_loop._Loop"
    )


# -- what loading costs -----------------------------------------------------------------------------------------------


def loaded(statement: str) -> set[str]:
    """The packages outside the standard library that a statement loads in a fresh interpreter."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names


def test_the_pytest_plugin_imports_nothing_but_pytest() -> None:
    assert loaded("import mockservers.testing.plugin") - loaded("import pytest") == {"mockservers"}


def test_importing_the_package_loads_no_submodule() -> None:
    assert loaded("import mockservers") == {"mockservers"}


def test_help_loads_nothing_that_only_serving_needs() -> None:
    assert not loaded("import mockservers.cli") & {"flask", "httptools", "jsonschema", "pytest"}


def test_serving_imports_no_test_library() -> None:
    assert not loaded("import mockservers.web.bootstrap") & {
        "pytest",
        "hypothesis",
        "responses",
        "requests",
        "jsonschema",
    }


def test_a_server_starts_and_answers_an_order_without_flask() -> None:
    """Modules that the first call does not need are imported later: every test run pays for the start."""
    assert not loaded("from tests.architecture import first_call") & {"flask", "werkzeug", "jinja2", "jsonschema"}


# -- what can be read at once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["mockservers", "tests", "scripts", "bench"])
def test_no_file_exceeds_the_line_limit(folder: str) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / folder).rglob("*.py")}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LINES_MOST} == {}


def test_no_function_exceeds_the_line_limit() -> None:
    long = [
        f"{module_of(path)}.{node.name}: {length} lines"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MOST
    ]
    assert long == []


def test_most_files_are_short() -> None:
    lengths = [count for path in FILES if (count := len(path.read_text("utf-8").splitlines()))]
    assert median(lengths) <= 120


def test_no_file_has_a_vague_name() -> None:
    named = {"utils", "util", "helpers", "common", "misc", "models", "base", "tools"}
    assert [path for path in [*FILES, *(ROOT / "tests").rglob("*.py")] if path.stem in named] == []
