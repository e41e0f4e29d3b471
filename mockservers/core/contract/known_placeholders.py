"""`{placeholders}` of a contract's texts that nothing fills. A misspelt one would be shown, or sent, as it is written.

What the code fills in is known from the texts that an overlay overrides: each of them may use the placeholders of its
original. A rule also has its values, and a finding its key and count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.placeholders import names
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer
from mockservers.core.values.nearest import did_you_mean

_OF_A_FINDING = ("key", "count")
_SENTENCES = ("why", "fix")

At = tuple[str | int, ...]
Text = tuple[At, str, Collection[str]]
"""The place of a text, the text, and the placeholders that are filled in it."""


def check_placeholders(contract: Contract, overridden: Mapping[str, Any], requests: Collection[str]) -> None:
    """Raise ContractError for the first placeholder that nothing fills.

    `overridden` has the original content of the files that an overlay overrides. `requests` are the names whose values
    the contract's requests may carry.
    """
    rules = contract.files["rules.yaml"]["rules"]
    _check(f"{contract.vendor}/rules.yaml", _rule_texts(rules, overridden.get("rules.yaml", {}).get("rules")))
    errors = contract.files["errors.yaml"]
    _check(f"{contract.vendor}/errors.yaml", _error_texts(errors, overridden.get("errors.yaml"), requests))
    _check(f"{contract.vendor}/vendor.yaml", _vendor_texts(contract))


def check_rule_placeholders(file: str, rules: Mapping[str, Any], originals: Mapping[str, Any]) -> None:
    """Raise ContractError for the first placeholder of rules that nothing fills. `originals` are what they override."""
    _check(file, _rule_texts(rules, originals))


def _check(file: str, texts: Iterator[Text]) -> None:
    for at, text, filled in texts:
        for name in sorted(names(text)):
            if name not in filled:
                available = sorted(filled)
                fix = f"{did_you_mean(name, available)} Available: {', '.join(available) or 'none'}.".strip()
                raise ContractError(file, pointer(*at), f"unknown placeholder {{{name}}}", fix)


def _rule_texts(rules: Mapping[str, Any], originals: Mapping[str, Any] | None) -> Iterator[Text]:
    for rule, spec in rules.items():
        values = tuple(spec.get("values", ()))
        for each in ("says", "reason"):
            yield ("rules", rule, each), spec.get(each, ""), values
        for choice, spec_of_choice in spec.get("reading", {}).get("choices", {}).items():
            yield ("rules", rule, "reading", "choices", choice, "says"), spec_of_choice["says"], values
        if originals is None:
            continue  # a test of the vendor holds that its findings are filled
        original = originals.get(rule, {})
        known = [name for each in _SENTENCES for name in names(original.get(each, ""))]
        for each in _SENTENCES:
            yield ("rules", rule, each), spec.get(each, ""), {*values, *known, *_OF_A_FINDING}


def _error_texts(errors: Mapping[str, Any], original: Any, requests: Collection[str]) -> Iterator[Text]:
    for name, spec in errors["refusals"].items():
        at = ("refusals", name)
        yield from _texts((*at, "request"), spec.get("request"), requests)
        yield from _texts((*at, "headers"), spec.get("headers"), ())
        if original is not None:
            body = original["refusals"].get(name, {}).get("body")
            known = {each for _, text, _ in _texts((), body, ()) for each in names(text)}
            yield from _texts((*at, "body"), spec.get("body"), known)
    if original is not None:
        for name, text in errors.get("messages", {}).items():
            yield ("messages", name), text, names(original.get("messages", {}).get(name, ""))


def _vendor_texts(contract: Contract) -> Iterator[Text]:
    demo, credentials = contract.demo, [credential.name for credential in contract.credentials]
    for key in ("headers", "user", "json"):
        yield from _texts(("demo", "call", key), demo.call.get(key), credentials)
    for name, example in demo.examples.items():
        at = ("demo", "examples", name)
        answered = example.get("after", {}).get("answer", {})
        yield (*at, "path"), example.get("path", ""), [*credentials, *answered]
        yield from _texts((*at, "json"), example.get("json"), credentials)


def _texts(at: At, node: Any, filled: Collection[str]) -> Iterator[Text]:
    """Yield every text of a value, keys included."""
    if isinstance(node, str):
        yield at, node, filled
    elif isinstance(node, dict):
        for key, item in node.items():
            yield (*at, key), key, filled
            yield from _texts((*at, key), item, filled)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts((*at, index), item, filled)
