"""Writes the measured tables into the documents, between <!-- name: begin --> and <!-- name: end -->."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = {
    "sizes-short": ("README.md", "bench/size/budget.tsv"),
    "sizes": ("docs/size.md", "bench/size/budget.tsv"),
    "instructions": ("docs/size.md", "bench/instructions/budget.tsv"),
    "rules": ("docs/size.md", "bench/size/rules.tsv"),
    "resources": ("docs/size.md", "bench/size/resources.tsv"),
    "throughput": ("docs/throughput.md", "bench/throughput/throughput.tsv"),
    "ciphers": ("docs/porting.md", "bench/crypto/budget.tsv"),
    "firmware sizes": ("docs/firmware.md", "bench/firmware/sizes.tsv"),
    "firmware instructions": ("docs/firmware.md", "bench/firmware/instructions.tsv"),
    "firmware handshake": ("docs/firmware.md", "bench/firmware/handshake.tsv"),
    "firmware stack": ("docs/firmware.md", "bench/firmware/stack.tsv"),
}
SHORT_COLUMNS = ("profile", "flash", "library", "bss", "stack")
SHORT_ROWS = [("cortex-m0plus", profile, "no") for profile in ("hello", "guarded", "block2")]


def short(tsv):
    """The three rows of the README: programs on the smallest processor, without link-time optimization."""
    header, *rows = [line.split("\t") for line in tsv.strip().splitlines()]
    chosen = [header, *(row for key in SHORT_ROWS for row in rows if tuple(row[:3]) == key)]
    return "".join("\t".join(row[header.index(name)] for name in SHORT_COLUMNS) + "\n" for row in chosen)


def markdown(tsv):
    header, *rows = [line.split("\t") for line in tsv.strip().splitlines()]
    return "".join(f"| {' | '.join(row)} |\n" for row in [header, ["---"] * len(header), *rows])


def updated(name):
    """The document and its text with the table of now."""
    document, source = (ROOT / path for path in TABLES[name])
    table = markdown(short(source.read_text()) if name == "sizes-short" else source.read_text())
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    text, count = re.subn(f"{begin}.*?{end}", lambda _: begin + table + end,
                          document.read_text(), flags=re.DOTALL)
    assert count == 1, f"{document}: no place for {name}"
    return document, text


if __name__ == "__main__":
    for table in TABLES:
        path, content = updated(table)
        path.write_text(content)
