"""The packages of the vendors have the same files, then one for each resource by the vendor's own noun."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import pytest

from mockservers.vendors import vendor
from tests.architecture.test_layers import PACKAGE
from tests.architecture.test_vendors_are_registered import VENDORS

SHARED = {
    "__init__": "the vendor as one object, `VENDOR`",
    "auth": "the reply to a call whose credentials select no tenant",
    "requests": "a request body as the operations read it",
    "replies": "the vendor's answers",
    "state": "the collections of an account",
    "jobs": "the work that is done later",
    "needs": "the requirements of the code on the contract's schemas",
}
"""The files of every vendor."""
RESOURCES = {
    "omnisegment": {"members", "mappings", "products", "custom_fields", "orders", "purchases"},
    "fanship": {"uploads", "purchases", "members"},
    "esputnik": {"contacts", "events", "event_types", "orders", "subscriptions", "imports", "account"},
    "zangsho": {"customers", "orders", "subscriptions", "subscription_events", "activity"},
}
"""The nouns of each vendor's pages: what its paths are about, and what an account holds."""
FILE_OF = {"source_ids": "mappings"}
"""Collections whose file has the name of the operation that fills them."""
CONFIGURATION = {"settings"}
"""Collections of what an account is configured to do; each document is read by the file that obeys it."""


def files(name: str) -> set[str]:
    return {path.stem for path in (PACKAGE / "vendors" / name).glob("*.py")}


def module(name: str, file: str) -> ModuleType:
    return import_module(f"mockservers.vendors.{name}.{file}")


def test_these_files_and_no_others_are_in_every_package() -> None:
    """If this fails, what all vendors have is not found under one name, or a new shared file is not listed here."""
    assert set.intersection(*map(files, VENDORS)) == set(SHARED)


@pytest.mark.parametrize("name", VENDORS)
def test_a_package_has_a_file_for_each_resource_and_no_folders(name: str) -> None:
    assert RESOURCES[name] - files(name) == set()
    assert [path for path in (PACKAGE / "vendors" / name).iterdir() if path.is_dir() and path.name[0] != "_"] == []


@pytest.mark.parametrize("name", VENDORS)
def test_what_an_account_holds_is_found_by_its_name(name: str) -> None:
    shown = {key for key, each in vendor(name).collections.items() if each.stored and not each.internal}
    assert {FILE_OF.get(key, key) for key in shown - CONFIGURATION} <= RESOURCES[name]


@pytest.mark.parametrize("name", VENDORS)
def test_each_part_of_a_vendor_is_in_the_file_of_its_name(name: str) -> None:
    ours = vendor(name)
    functions: dict[str, list[Callable[..., object]]] = {
        "auth": [ours.unauthenticated],
        "requests": list(ours.read.values()),
        "jobs": list(ours.jobs.values()),
    }
    assert {
        (file, function.__module__.rpartition(".")[2]) for file, listed in functions.items() for function in listed
    } <= {(file, file) for file in functions}
    assert module(name, "state").COLLECTIONS is ours.collections
    assert module(name, "needs").NEEDS is ours.needs


def test_a_new_vendor_begins_with_the_same_files() -> None:
    templates = {
        path.name.removesuffix(".py.tmpl") for path in (PACKAGE / "cli" / "scaffold" / "templates").glob("*.py.tmpl")
    }
    assert set(SHARED) - templates == {"needs"}  # a skeleton's code needs nothing of its schemas
