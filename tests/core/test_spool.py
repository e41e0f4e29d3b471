"""Uploads in the spool: bytes as they came, files that go away, lines that are found without being held."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.errors import UnreadableStorage
from mockservers.core.state import held_files
from mockservers.core.state.file_digest import Content, Digest, identity
from mockservers.core.state.spool import IN_MEMORY, Spooled, spool_documents
from mockservers.core.state.spool_folders import spool_directory
from mockservers.core.state.spooled_lines import Documents, Lines
from mockservers.core.values.digests import SIZE, as_number
from mockservers.core.values.equality import digest as digest_of

chunks = st.lists(st.binary(max_size=300) | st.sampled_from([b"x" * IN_MEMORY, b"y" * (IN_MEMORY - 1)]), max_size=5)


@given(chunks)
def test_an_upload_written_in_pieces_can_be_read_whole_repeatedly(pieces: list[bytes]) -> None:
    spooled = Spooled()
    for piece in pieces:
        assert spooled.write(piece) == len(piece)
    spooled.close()
    whole = b"".join(pieces)
    for _ in range(2):
        with spooled.open() as reader:
            assert reader.read() == whole
    assert (spooled.size, spooled.head(7)) == (len(whole), whole[:7])


@pytest.mark.parametrize(("size", "files"), [(IN_MEMORY, 0), (IN_MEMORY + 1, 1)])
def test_only_a_large_upload_is_written_to_a_file(tmp_path: Path, size: int, files: int) -> None:
    spooled = Spooled.of(b"x" * size, tmp_path)
    assert len(list(tmp_path.iterdir())) == files
    assert spooled.size == size


def test_the_file_is_deleted_when_nothing_refers_to_it(tmp_path: Path) -> None:
    spooled = Spooled.of(b"x" * (IN_MEMORY + 1), tmp_path)
    lines = Lines().with_taken(digested([{"id": "1"}], spooled), [0])
    del spooled
    gc.collect()
    assert list(tmp_path.iterdir()) != []
    del lines
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_each_process_spools_in_its_own_folder(tmp_path: Path) -> None:
    parent = tmp_path / "not" / "yet" / "there"
    made = spool_directory(parent)
    assert made.parent == parent
    assert spool_directory(parent) == made


def test_a_removed_file_stays_readable(tmp_path: Path) -> None:
    """By several readers at once, each with a position of its own, even after the last other reference is gone."""
    spooled = Spooled.of(bytes(range(256)) * 1024, tmp_path)
    first, second = spooled.open(), spooled.open()
    for path in tmp_path.iterdir():
        path.unlink()
    del spooled
    gc.collect()
    with first, second:
        assert first.read(3) == b"\0\1\2"
        assert second.seek(-2, 2) == 256 * 1024 - 2
        assert second.read() == b"\xfe\xff"
        assert first.read(2) == b"\3\4"
        assert first.seek(254, 1) == 259
        assert first.read(1) == b"\3"


def test_files_are_held_open_with_enough_descriptors_and_a_deleted_one_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockservers.core.state.held_files.SHARE", 10**9)
    spooled = Spooled.of(b"x" * (IN_MEMORY + 1), tmp_path)
    assert spooled.head(2) == b"xx"
    (path,) = tmp_path.iterdir()
    path.unlink()
    with pytest.raises(UnreadableStorage, match=re.escape(f"{path} cannot be read: No such file")):
        spooled.open()


def test_no_file_descriptor_leaks(tmp_path: Path) -> None:
    gc.collect()
    before = held_files._held
    many = [Spooled.of(b"x" * (IN_MEMORY + 1), tmp_path) for _ in range(20)]
    assert held_files._held == before + 20
    del many
    gc.collect()
    assert held_files._held == before


# -- lines ----------------------------------------------------------------------------------------------------------


def digested(documents: list[dict[str, Any]], source: Spooled | None = None) -> Digest:
    """A digest of documents, each on a line of its own."""
    digest = Digest(source or spool_documents(documents))
    offset = 0
    for number, document in enumerate(documents, 1):
        digest.add(document["id"], Content(digest_of(document.get("n")), 1), offset, number)
        offset += len(json.dumps(document, separators=(",", ":"))) + 1
    return digest


ids = st.sampled_from(["a", "b", "c", "d"])
uploads = st.dictionaries(ids, st.integers(0, 3)).map(lambda held: [{"id": key, "n": n} for key, n in held.items()])


@given(st.lists(st.tuples(uploads, st.booleans())))
def test_lines_hold_what_a_dict_would_hold(steps: list[tuple[list[dict[str, Any]], bool]]) -> None:
    lines, model = Lines(), dict[str, dict[str, Any]]()
    for documents, replaces_all in steps:
        keys = [document["id"] for document in documents]
        before, snapshot = lines.copy(), dict(model)
        lines = Lines() if replaces_all else lines.without(frozenset(map(identity, keys)))
        lines = lines.with_taken(digested(documents), range(len(documents)))
        model = {} if replaces_all else {key: held for key, held in model.items() if key not in keys}
        model.update((document["id"], document) for document in documents)
        assert list(before.documents()) == list(snapshot.values()), "a copy is a moment kept"
    assert list(lines.documents()) == list(model.values())
    assert len(lines) == len(model)
    assert {key: lines.get(key) for key in "abcd"} == {key: model.get(key) for key in "abcd"}
    assert dict(lines.contents()) == {identity(key): as_number(digest_of(held["n"])) for key, held in model.items()}
    assert {key for key in "abcd" if lines.content(identity(key)) is not None} == model.keys()


def test_only_the_selected_lines_are_held() -> None:
    digest = digested([{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "a", "n": 3}])
    lines = Lines().with_taken(digest, [1, 2])
    assert list(lines.documents()) == [{"id": "b", "n": 2}, {"id": "a", "n": 3}]
    assert len(digest) == 3


def test_a_digest_takes_fifty_bytes_per_line_and_no_object() -> None:
    digest = digested([{"id": str(n)} for n in range(1000)])
    columns = digest.columns
    halves = (columns.ids.high, columns.ids.low, columns.contents.high, columns.contents.low)
    arrays = (*halves, columns.leaves, columns.offsets, digest.lines)
    assert sum(column.itemsize * len(column) for column in arrays) == 1000 * (2 * SIZE + 1 + 8 + digest.lines.itemsize)


@given(st.lists(st.sampled_from("abc")))
def test_the_last_line_of_each_id_counts(keys: list[str]) -> None:
    digest = digested([{"id": key, "n": number} for number, key in enumerate(keys)])
    last = {key: number for number, key in enumerate(keys)}
    assert list(digest.unique) == sorted(last.values())
    lines = Lines().with_taken(digest, range(len(keys)))
    with Documents() as reading:
        assert {key: [reading.of(row)["n"] for row in lines.find(identity(key))] for key in "abc"} == {
            key: [number for number, other in enumerate(keys) if other == key] for key in "abc"
        }
