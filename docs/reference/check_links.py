#!/usr/bin/env python3
"""Prints each link of a site that leads nowhere, and exits 1 if there is one. Links to other sites are not followed.

usage: check_links.py FOLDER
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value:
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def broken(folder):
    """"page: link" for each of them, and how many links there are."""
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    found, count = [], 0
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            count += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.exists() or anchor and target in pages and anchor not in pages[target].anchors:
                found.append(f"{path.relative_to(folder.resolve())}: {link}")
    return found, count


def main():
    found, count = broken(Path(sys.argv[1]))
    print("\n".join(found) or f"{count} links lead somewhere")
    return bool(found) or count == 0


if __name__ == "__main__":
    sys.exit(main())
