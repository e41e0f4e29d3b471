"""python -m scripts.programs.docs_links DIRECTORY: checks that each link of a built site has a target.

Links to other hosts are not followed. No page may load resources from another host. Exit status 1 for any defect.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "link": "href"}
_LINKS_NOWHERE = frozenset({"404.html"})
"""Pages that are served at any address, so that their relative links cannot be checked."""


class Page(HTMLParser):
    """A page of the site: its anchors, its links, and the resources that a browser loads for it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element's id, its link, and the resource that it loads."""
        given = {name: value for name, value in attrs if value}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        loaded = given.get(_LOADED.get(tag, ""))
        if loaded and given.get("rel") not in ("canonical", "prev", "next", "alternate"):
            self.loaded.add(loaded)
        if tag == "a" and "href" in given:
            self.links.add(given["href"])


def problems(site: Path) -> Iterator[str]:
    """The defects, one per line."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = str(path.relative_to(site))
        yield from (f"{name}: loads {address}" for address in sorted(page.loaded) if urlsplit(address).netloc)
        for link in sorted(page.links if name not in _LINKS_NOWHERE else ()):
            wrong = _wrong(site, path, link, pages)
            if wrong:
                yield f"{name}: {link} {wrong}"


def _wrong(site: Path, path: Path, link: str, pages: dict[Path, Page]) -> str:
    """Why a link is broken; empty if it is not."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    base = site if parts.path.startswith("/") else path.parent
    target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "leads to no page"
    place = unquote(parts.fragment)
    if place and target in pages and place not in pages[target].places:
        return "leads to no place of that page"
    return ""


def main(directory: str) -> int:
    """Print the defects. Return the exit status."""
    site = Path(directory).resolve()
    found = list(problems(site))
    print("\n".join(found) or f"{len(list(site.rglob('*.html')))} pages, and every link leads somewhere.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
