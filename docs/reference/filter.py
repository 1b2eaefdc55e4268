#!/usr/bin/env python3
"""Doxygen's input filter: prints a header or a document as Doxygen reads it.

usage: filter.py FILE

A header has plain comments. The comments in front of a declaration, behind a member on its line and at the top of the
file become documentation. The namespaces `detail` and private members are left out. A document's headings get the
names by which GitHub links to them, and links to files that are not in the site become text.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMENT = re.compile(r" *//(?: (.*)|)$")
BEHIND = re.compile(r"( *[^\s/}#].*?)  // (?!NOLINT)(.+)$")
NO_DOCUMENTATION = re.compile(r"NOLINT|clang-format|-{4}")
PARAMETER = re.compile(r" {2,}(\w+) {2,}(\S.*)$")
SCOPE = re.compile(r"(?:^|>|\)|\binline) *(?:namespace|class|struct|enum|union)\b")


# --- Headers -------------------------------------------------------------------------------------------------------

def without_detail(lines):
    """Blank lines in place of the namespaces `detail`."""
    inside = False
    for line in lines:
        inside = inside or re.match(r"namespace (\w+::)*detail\b", line) is not None
        yield "" if inside else line
        inside = inside and re.match(r"\}  // namespace (\w+::)*detail\b", line) is None


def without_private(lines):
    """Replaces private members by blank lines. Keeps functions that are defined elsewhere: Doxygen looks for them."""
    end = "never"
    for line, following in zip(lines, [*lines[1:], ""]):
        if match := re.match(r"( *)private:$", line):
            end = rf"{match[1]}(\}};|\w+:$)"
            yield line
        elif end == "never" or re.match(end, line):
            end = "never"
            yield line
        else:
            is_declared = re.search(r"\)(?: const)?;$", following if line.lstrip().startswith("template <") else line)
            yield line if is_declared and re.match(r" +(template|constexpr|static) ", line) else ""


def code_of(line):
    return re.sub(r"//.*", "", re.sub(r"""'(\\.|[^'\\])'|"(\\.|[^"\\])*\"""", '""', line))


class Scopes:
    """Tells whether a line lies in a function, whose comments are no documentation."""

    def __init__(self):
        self.open, self.statement = [], ""

    def in_function(self):
        return "function" in self.open

    def read(self, line):
        if line.startswith("#"):
            return
        for part in re.split(r"([{};])", code_of(line)):
            if part == "{":
                self.open.append("scope" if SCOPE.search(self.statement.strip()) else "function")
            elif part == "}" and self.open:
                self.open.pop()
            self.statement = "" if part in ("{", "}", ";") else f"{self.statement} {part.strip()}".strip()


def escaped(text):
    """Escapes Doxygen's commands in text, except in text between backquotes."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if re.fullmatch(r"`.+`", part) else
                   re.sub(r"(?<!\w)(::)(?=\w)|([@\\<>#&%$])", lambda m: "\\" + m[0], part) for part in parts)


def declaration_in(lines):
    """The first declaration of these, up to its body or its end."""
    text = " ".join(lines[:12]).replace("{}", "")
    return re.split(r"[;{]", text, maxsplit=1)[0]


def documentation(comment, declaration):
    """The lines of a comment for Doxygen. Indented ones keep their form, but for the description of a parameter."""
    form_is_kept = of_parameter = False
    for text in comment:
        parameter = PARAMETER.match(text)
        of_parameter = of_parameter and parameter is None and text.startswith("   ")
        if of_parameter:
            yield escaped(text.strip())
            continue
        if parameter and re.search(rf"\(.*\b{parameter[1]}\b *(?:[,)=]|$)", declaration):
            if form_is_kept:
                yield "@endverbatim"
            form_is_kept, of_parameter = False, True
            yield f"@param {parameter[1]} {escaped(parameter[2])}"
            continue
        if text.startswith("  ") != form_is_kept and text:
            form_is_kept = not form_is_kept
            yield "@verbatim" if form_is_kept else "@endverbatim"
        yield text if form_is_kept else escaped(text)
    if form_is_kept:
        yield "@endverbatim"


def blocks_of(lines):
    """(index, comment's lines or None, lines of code): comments that have their lines for themselves, and the rest."""
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and COMMENT.match(lines[end]):
            end += 1
        if end == index:
            yield index, None
            index += 1
        else:
            yield end, [COMMENT.match(line)[1] or "" for line in lines[index:end]]
            index = end


def behind(line, scopes):
    """The line, with the comment behind its code as documentation of it."""
    match = BEHIND.match(line)
    if match is None or scopes.in_function() or NO_DOCUMENTATION.search(line):
        return line
    return f"{match[1]}  ///< {escaped(match[2])}"


def header(text):
    lines = list(without_private(list(without_detail(text.splitlines()))))
    scopes = Scopes()
    for end, comment in blocks_of(lines):
        if comment is None:
            scopes.read(lines[end])
            yield behind(lines[end], scopes)
            continue
        following = lines[end:]
        if following and following[0].startswith("#pragma once"):
            yield "/// @file"
            yield from (f"/// {line}" for line in documentation(comment, ""))
        elif following and following[0].strip() and not following[0].startswith(("#", "}")) and not scopes.in_function() \
                and not NO_DOCUMENTATION.search(comment[0]):
            yield from (f"/// {line}" for line in documentation(comment, declaration_in(following)))


# --- Documents -----------------------------------------------------------------------------------------------------

def label(path, heading):
    """A name for the heading that is unique in the site."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
    words = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
    return f"{path.stem.lower()}-{words}"


def is_in_site(target):
    return target.suffix == ".md" and target.exists()


def link(path, match):
    text, target = match[1], match[2]
    if "://" in target:
        return match[0]
    name, _, anchor = target.partition("#")
    file = (path.parent / name).resolve() if name else path
    if not is_in_site(file):
        shown = os.path.relpath(file, ROOT)
        return text if text.strip("`") in shown else f"{text} (`{shown}`)"
    if anchor:
        return f"[{text}](#{label(file, anchor)})"
    return f"[{text}]({os.path.relpath(file, ROOT)})"


def document(path, text):
    fence = None
    for line in text.splitlines():
        if match := re.match(r" *(```+)", line):
            fence = None if fence else match[1]
            yield re.match(r" *```+(cpp)?", line)[0]
        elif fence:
            yield line
        elif match := re.match(r"(#+) (.*)$", line):
            title = "" if match[1] == "#" and path.name == "README.md" else f" {{#{label(path, match[2])}}}"
            yield f"{match[1]} {match[2]}{title}"
        else:
            linked = re.sub(r"(?<!!)\[([^]]*)\]\(([^)\s]+)\)", lambda m: link(path, m), line)
            yield re.sub(r"(`[^`]*`)|(?<!\w)::(?=\w)", lambda m: m[1] or r"\::", linked)


def main():
    path = Path(sys.argv[1]).resolve()
    text = path.read_text(encoding="utf-8")
    print("\n".join(header(text) if path.suffix == ".hpp" else document(path, text)))


if __name__ == "__main__":
    main()
