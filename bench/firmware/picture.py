"""Draws the bytes of an image from its map file: docs/firmware.svg. Each owner (owners.py) has a bar with a piece per
source file. mincoap's bar has a piece per room, by the debug information. The last piece of a bar holds all pieces that
are smaller than a label."""

import collections
import html
import pathlib
import re
import sys

from owners import ROOT, SECTIONS, Firmware, emulate

BOARD, PROFILE = "mps2-an385", "demo"
TARGET = ROOT / "docs/firmware.svg"
WIDTH, LABELS, BAR, GAP, CHARACTER = 860, 110, 26, 8, 6.0
TITLES = {"library": "mincoap", "adapter": "its adapter", "lwip": "lwIP", "libc": "libc", "board": "board", "data": "data",
          "bearssl": "BearSSL"}


def input_sections(path):
    """(output section, size, object) of each input section of a map file."""
    text = pathlib.Path(path).read_text().partition("Linker script and memory map")[2]
    text = re.sub(r"\n (\.\S+)\n +", r"\n \1 ", text)  # a long name has a line of its own
    output = None
    for line in text.splitlines():
        if m := re.match(r"\.(\w+)\b", line):
            output = m[1]
        elif m := re.match(r" \S+ +0x[0-9a-f]+ +0x([0-9a-f]+) (\S+)$", line):
            if int(m[1], 16):
                yield output, int(m[1], 16), m[2]


def piece_of(path):
    """udp.c of firmware/liblwip.a(udp.c.obj)."""
    return re.sub(r"\.(o|obj)$", "", re.split(r"[/(]", path.rstrip(")"))[-1]).rsplit(".", 1)[0]


def rooms(image):
    """address -> the room or the source file of an instruction, by the debug information."""
    begin, size = image.sections[".text"]
    code = [a for a in image.code if begin <= a < begin + size]
    found = {}
    for line in image.run("addr2line", "-ai", "-e", stdin="\n".join(map(hex, code))).splitlines():
        if re.fullmatch("0x[0-9a-f]+", line):
            address = int(line, 16)
        elif address not in found and (m := re.match(rf"{ROOT}/(include/mincoap/(\w+)|.*?(\w+)\.\w+:)", line)):
            found[address] = m[2] or m[3]
    return found


def flash(image, path):
    """(owner, piece) -> bytes. Those of an owner are as many as in the table (measure.py)."""
    sizes, found = collections.Counter(), rooms(image)
    for owner, where, size in image.pieces():
        if where not in SECTIONS:
            sizes[owner, {".rodata": "tables", ".strings": "strings"}.get(where) or found.get(where, "other")] += size
    for section, owner in SECTIONS.items():
        files = collections.Counter()
        for output, size, source in input_sections(path):
            if f".{output}" == section:
                files[owner, piece_of(source)] += size
        files[owner, "other"] += image.size(section) - files.total()  # padding between them
        sizes += files
    sizes["data", "initial values"] += image.size(".data")
    return sizes


def ram(image, path):
    """The bytes of RAM: lwIP's per named pool, the application's per object."""
    sizes = collections.Counter({("stack", "stack"): image.size(".stack")})
    for own, name, section in image.objects.values():
        if section == ".lwip_ram":
            sizes["lwip", re.sub(r"^memp_memory_(\w+)_base$", r"\1", name)] += own
        elif section in (".data", ".bss"):
            sizes["application", re.sub(r"^.*::", "", name)] += own
    return sizes


def bars(sizes):
    """owner -> [(piece, bytes)], the largest first."""
    found = collections.defaultdict(list)
    for (owner, piece), size in sizes.most_common():
        if size > 0:
            found[owner].append((piece, size))
    return dict(sorted(found.items(), key=lambda bar: -sum(size for _, size in bar[1])))


def with_rest(pieces, scale):
    """Those that have room for their name, and one for all others."""
    fits = [(p, s) for p, s in pieces if s * scale > CHARACTER * len(p) + 7]
    rest = sum(s for _, s in pieces) - sum(s for _, s in fits)
    return fits + ([("", rest)] if rest else [])


def draw_bar(owner, pieces, y, scale):
    total = sum(size for _, size in pieces)
    yield f'<text x="{LABELS - 8}" y="{y + 17}" class="owner">{TITLES.get(owner, owner)}</text>'
    x = float(LABELS)
    for name, size in with_rest(pieces, scale):
        width = size * scale
        title = f"{name or 'others'}: {size} bytes"
        yield (f'<rect x="{x:.1f}" y="{y}" width="{max(width - 1, 0.5):.1f}" height="{BAR}" class="{owner}">'
               f"<title>{html.escape(title)}</title></rect>")
        if name:
            yield f'<text x="{x + 4:.1f}" y="{y + 17}" class="piece">{html.escape(name)}</text>'
        x += width
    yield f'<text x="{x + 6:.1f}" y="{y + 17}">{total:,}</text>'


def draw(charts):
    y, body = 6, []
    for title, sizes in charts:
        rows = bars(sizes)
        most = max(sum(size for _, size in pieces) for pieces in rows.values())
        scale = (WIDTH - LABELS - 60) / most
        total = sum(sizes.values())
        body.append(f'<text x="{LABELS}" y="{y + 18}" class="title">{title}: {total:,} bytes</text>')
        y += 30
        for owner, pieces in rows.items():
            body += draw_bar(owner, pieces, y, scale)
            y += BAR + GAP
        y += 10
    return STYLE.format(width=WIDTH, height=y) + "\n".join(body) + "\n</svg>\n"


STYLE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"
 role="img" aria-label="Bytes of flash and RAM, by whose they are">
<style>
text {{ font: 12px system-ui, sans-serif; fill: #222; }}
.title {{ font-weight: bold; font-size: 14px; }}
.owner {{ text-anchor: end; }}
.piece {{ fill: #fff; font-size: 10px; }}
.library, .adapter {{ fill: #1b6ca8; }} .application, .data {{ fill: #2e7d4f; }} .lwip {{ fill: #8a4b9c; }}
.bearssl {{ fill: #b0307a; }} .board {{ fill: #a05a00; }} .libc {{ fill: #5f6b76; }} .stack {{ fill: #a8323e; }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #ddd; }} .piece {{ fill: #fff; }} }}
</style>
"""


def main():
    image = Firmware(BOARD, PROFILE)
    path = f"{emulate.image_of(BOARD, PROFILE)}.map"
    title = f"{emulate.BOARDS[BOARD].title}, {PROFILE}"
    text = draw([(f"Flash of {title}", flash(image, path)), ("RAM", ram(image, path))])
    if "--check" in sys.argv:
        is_current = TARGET.exists() and TARGET.read_text() == text
        sys.exit(0 if is_current else f"{TARGET}: update it with scripts/firmware-budget --update")
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
