#!/usr/bin/env python3
"""Counts sentences that are hard to read, in comments, docstrings, messages and documents.

Usage: _plain_english.py [--share] [FILE...]

Prints each finding as `file:line: pattern: sentence`, and the share of such sentences per kind of file. `--share`
prints the shares only. Without files, it reads all files of the repository.

A sentence is found if it
- begins with "What", "Who", "Of", "Whether", "Where", "That", "Nobody" or "Somebody". A demonstrative "That is" counts:
  its noun is missing. Questions and headings do not count;
- has a free relative such as "who wants" or "of what is read" as subject or object. Indirect questions after a verb of
  saying, such as "says what it did", do not count;
- has "nobody", "somebody" or a word like these in it, or "nothing" as its subject;
- has one of the phrases in PATTERNS.
Code between backticks and text between quotes do not count. Nor do a bare "an idea" in place of "per idea", and clauses
that are joined by colons: no pattern can tell good ones from bad ones.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter
from pathlib import Path
from typing import Iterator, NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Line(NamedTuple):
    number: int
    text: str


class Sentence(NamedTuple):
    line: int
    text: str


class Finding(NamedTuple):
    line: int
    pattern: str
    sentence: str


# --- Patterns ---------------------------------------------------------------------------------------------------------

PREPOSITION = "of|by|to|for|with|from|in|at|on|than|as|about|behind|between|into|over"
BEFORE_A_CLAUSE = f"{PREPOSITION}|and|but|or|that|if|is|are|not|only|also"
ASKING = ("says?|saying|said|tells?|asks?|knows?|known|shows?|decides?|determines?|explains?|sees?|seeing|finds? out"
          "|learns?|prints?|describes?|declares?|depends on|reports?|chooses?|defines?|checks?|no matter")
PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in {
    "first word": r"^(what|who|whom|whose|whoever|of|whether|where|that|nobody|somebody|everybody)\b",
    "what": r"(?<!^)\bwhat\b(?! to\b)",
    "who": rf"([;:(]\s*|\b({BEFORE_A_CLAUSE})\s+)(who|whom|whoever)\b",
    "that which": r"\bthat which\b",
    "nobody": r"\b(nobody|somebody|everybody|anybody|no one|someone)\b",
    "nothing": r"(^|[,;:(]\s*|\b(and|but|so|that|since|because|as|if|when|where|while)\s+)nothing\b(?!\s*([,.;:)]|$))",
    "so that it is": r"\bso that (it|they) (is|are)\b",
    "stands": r"\b(stands?|stood|standing)\b(?! (in )?for\b)",
    "goes by": r"\b(go|goes|going|went|gone) by\b",
    "has it that": r"\b(has|have|had) it that\b",
    "is told": r"\b(is|are|was|were|be|been|being) told\b",
    "it is said": r"\bit is said\b",
    "none of ours": r"\bnone of (ours|theirs|hers|his|yours)\b",
    "one's own": r"\bone's own\b",
    "holds against": r"\b(holds?|held|holding)\b[^.;:]*\bagainst\b",
}.items()}
CODE_OR_QUOTE = re.compile(r"`[^`]*`|\"[^\"]*\"")
QUESTION = re.compile(r"\?[\"')]*$")
INDIRECT_QUESTION = re.compile(rf"\b({ASKING})( (?!({PREPOSITION})\b)\w+){{0,2}} what\b", re.IGNORECASE)


def patterns_of(sentence: str) -> list[str]:
    """Returns the names of the patterns that a sentence has."""
    if QUESTION.search(sentence):
        return []
    text = CODE_OR_QUOTE.sub("CODE", sentence)
    asked = INDIRECT_QUESTION.sub("CODE", text)
    return [name for name, pattern in PATTERNS.items() if pattern.search(asked if name == "what" else text)]


# --- Lines to sentences -----------------------------------------------------------------------------------------------

ABBREVIATION = r"(?<![.\s(]\w)(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bcf)"
SENTENCE_END = re.compile(ABBREVIATION + r"[.!?][\"')*_]*\s+(?=[\"'(*_]*[A-Z`0-9])")
PARAMETER = re.compile(r"^\s+[\w<>.*-]+(, [\w<>.*-]+)*\s{2,}(?=\S)")  # "  size   in bytes" in a contract
LIST_ITEM = re.compile(r"^\s*([-*]|\d+\.)\s+")
DIRECTIVE = re.compile(r"^\s*namespace\b|NOLINT|clang-format|shellcheck|type: ignore|^\s*[-=*#/]{4,}|^!|SPDX|noqa")
WORD = re.compile(r"[A-Za-z]{2,}|`[^`]+`")
FEWEST_WORDS = 3


def paragraphs(lines: list[Line]) -> Iterator[list[Line]]:
    """Splits the lines of a comment where a line is empty, or begins a list's item, a parameter or code."""
    part: list[Line] = []
    for line in lines:
        indent = len(line.text) - len(line.text.lstrip())
        starts = LIST_ITEM.match(line.text) or PARAMETER.match(line.text)
        is_code = indent >= 4 and not starts and not (part and PARAMETER.match(part[0].text))
        if not line.text.strip() or DIRECTIVE.search(line.text) or is_code or starts:
            if part:
                yield part
            part = [line] if starts else []
            continue
        part.append(line)
    if part:
        yield part


def sentences(lines: list[Line]) -> Iterator[Sentence]:
    """Splits a paragraph at the ends of its sentences. Fragments of fewer than three words are left out."""
    text, starts = "", []
    for line in lines:
        plain = LIST_ITEM.sub("", PARAMETER.sub("", line.text)) if line is lines[0] else line.text
        starts.append((len(text), line.number))
        text += plain.strip() + " "
    ends = [match.end() for match in SENTENCE_END.finditer(CODE_OR_QUOTE.sub(lambda m: "`" * len(m[0]), text))]
    for begin, end in zip([0, *ends], [*ends, len(text)]):
        sentence = text[begin:end].strip()
        if len(WORD.findall(sentence)) >= FEWEST_WORDS:
            yield Sentence(max(number for start, number in starts if start <= begin), sentence)


# --- Files to lines ---------------------------------------------------------------------------------------------------

CPP_TOKEN = re.compile(r'R"(?P<delimiter>[^()\s\\]*)\(.*?\)(?P=delimiter)"|"(?:\\.|[^"\\\n])*"'
                       r"|(?<!\w)'(?:\\.|[^'\\\n])+'|(?P<line>//[^\n]*)|(?P<block>/\*.*?\*/)", re.DOTALL)


class Comment(NamedTuple):
    line: int
    column: int
    is_behind_code: bool
    text: str


def adjacent(comments: list[Comment]) -> Iterator[list[Line]]:
    """Joins a comment and those alone on the lines below it that begin in the same column."""
    block: list[Line] = []
    last = (0, 0)
    for number, column, is_behind_code, text in comments:
        if block and (is_behind_code or (number, column) != (last[0] + 1, last[1])):
            yield block
            block = []
        block.append(Line(number, text))
        last = (number, column)
    if block:
        yield block


def cpp_comments(source: str) -> Iterator[list[Line]]:
    found = []
    for match in CPP_TOKEN.finditer(source):
        number = source.count("\n", 0, match.start()) + 1
        before = source[source.rfind("\n", 0, match.start()) + 1:match.start()]
        if match["line"]:
            found.append(Comment(number, len(before), bool(before.strip()), re.sub(r"^///?<? ?", "", match["line"])))
        elif match["block"]:
            inner = match["block"][2:-2].split("\n")
            yield [Line(number + i, re.sub(r"^\s*\* ?", "", text)) for i, text in enumerate(inner)]
    yield from adjacent(found)


ASSERTION = re.compile(r'static_assert\((?:(?!static_assert).)*?,\s*((?:"(?:\\.|[^"\\\n])*"\s*)+)\);', re.DOTALL)


def cpp_assertions(source: str) -> Iterator[list[Line]]:
    """Yields the texts of static_assert: the strings in front of `);`."""
    for match in ASSERTION.finditer(source):
        text = "".join(re.findall(r'"((?:\\.|[^"\\\n])*)"', match[1]))
        yield [Line(source.count("\n", 0, match.start(1)) + 1, text.replace('\\"', "'").removeprefix("mincoap: "))]


def cpp_texts(source: str) -> Iterator[list[Line]]:
    yield from cpp_comments(source)
    yield from cpp_assertions(source)


SAYING = {"print", "exit", "die", "fail", "skip", "error", "add_argument", "ArgumentParser", "write", "say"}


def python_messages(tree: ast.AST) -> Iterator[list[Line]]:
    """Yields the texts that a program prints, raises or asserts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAYING:
            said = [*node.args, *(k.value for k in node.keywords if k.arg in ("help", "description"))]
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            said = node.exc.args
        elif isinstance(node, ast.Assert):
            said = [node.msg]
        else:
            continue
        for text in said:
            if isinstance(text, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "CODE" for p in text.values]
                yield [Line(text.lineno, "".join(map(str, parts)).replace("\n", " "))]
            elif isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield [Line(text.lineno, text.value.replace("\n", " "))]


def python_texts(source: str) -> Iterator[list[Line]]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    yield from adjacent([Comment(*t.start, bool(t.line[:t.start[1]].strip()), re.sub(r"^#+ ?", "", t.string))
                         for t in tokens if t.type == tokenize.COMMENT])
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) or not ast.get_docstring(node):
            continue
        first = node.body[0].lineno
        yield [Line(first + i, text) for i, text in enumerate(ast.get_docstring(node).split("\n"))]
    yield from python_messages(tree)


def hash_comments(source: str) -> Iterator[list[Line]]:
    """Comments from # on, of shell, CMake and YAML. A # between quotes begins none."""
    found = []
    for number, line in enumerate(source.split("\n"), 1):
        match = re.match(r"""^((?:[^#"'\\]|\\.|"(?:\\.|[^"\\])*"|'[^']*'|(?<=\S)#)*)#+ ?(.*)$""", line)
        if match and not line.startswith("#!"):
            found.append(Comment(number, len(match[1]), bool(match[1].strip()), match[2]))
    yield from adjacent(found)


def shell_texts(source: str) -> Iterator[list[Line]]:
    yield from hash_comments(source)
    for number, line in enumerate(source.split("\n"), 1):
        for text in re.findall(r"""(?<!\w)(?:die|say|echo|printf) (?:-\w+ )?["']([^"'$]+)["']""", line):
            yield [Line(number, text.replace("\\n", " "))]


def cmake_texts(source: str) -> Iterator[list[Line]]:
    yield from hash_comments(source)
    for match in re.finditer(r'message\(\s*[A-Z_]+((?:\s+"(?:\\.|[^"\\])*")+)', source):
        text = " ".join("".join(re.findall(r'"((?:\\.|[^"\\])*)"', match[1])).split())
        yield [Line(source.count("\n", 0, match.start(1)) + 1, text)]


def without_code(source: str) -> str:
    """A document without its blocks of code, HTML comments and the targets of its links. Lines keep their numbers."""
    blank = lambda match: "\n" * match[0].count("\n")  # noqa: E731
    source = re.sub(r"^ *```.*?^ *```[^\n]*$|<!--.*?-->", blank, source, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"\]\([^)\n]*\)", "]", source).replace("[", "").replace("]", "")


def markdown_texts(source: str) -> Iterator[list[Line]]:
    """The paragraphs, the items of lists and the cells of tables. A table's head and a heading are no sentences."""
    part: list[Line] = []
    lines = without_code(source).split("\n")
    for number, line in enumerate(lines, 1):
        line = re.sub(r"^ +(?=\|)", "", line)
        ends = not line.strip() or line.startswith(("#", "|", ">")) or LIST_ITEM.match(line)
        if ends and part:
            yield part
            part = []
        if line.startswith("|") and not re.match(r"^ *\|[-: |]+\|?$", lines[number] if number < len(lines) else ""):
            yield from ([Line(number, cell)] for cell in re.split(r"(?<!\\)\|", line))
        elif line.strip() and not line.startswith(("#", "|")):
            part.append(Line(number, re.sub(r"^\s{4,}", "  ", line)))
    if part:
        yield part


KINDS = {"C++": cpp_texts, "Python": python_texts, "CMake": cmake_texts, "shell": shell_texts, "YAML": hash_comments,
         "Markdown": markdown_texts}
SUFFIXES = {"cpp": "C++", "hpp": "C++", "h": "C++", "c": "C++", "ld": "C++", "py": "Python", "cmake": "CMake",
            "sh": "shell", "yml": "YAML", "md": "Markdown"}


def kind_of(file: Path) -> str | None:
    """The kind of file by its name, or by its first line if the name has no suffix."""
    if file.name == "CMakeLists.txt" or file.name.endswith(".cmake.in"):
        return "CMake"
    if file.suffix or not file.is_file():
        return SUFFIXES.get(file.suffix[1:])
    first = file.read_bytes().split(b"\n", 1)[0]
    return "Python" if b"python" in first else "shell" if first.startswith(b"#!") else None


def sentences_of(kind: str, source: str) -> list[Sentence]:
    texts = KINDS[kind](source)
    return [s for text in texts for paragraph in paragraphs(text) for s in sentences(paragraph)]


def findings_of(kind: str, source: str) -> list[Finding]:
    return [Finding(s.line, pattern, s.text) for s in sentences_of(kind, source) for pattern in patterns_of(s.text)]


# --- The repository ---------------------------------------------------------------------------------------------------


def files() -> list[Path]:
    """The files of the repository, or all files outside build/ if there is no repository."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    names = listed.stdout.split("\0") if listed.stdout else [p.relative_to(ROOT) for p in ROOT.rglob("*")]
    paths = [ROOT / name for name in names if name and Path(name).parts[0] != "build"]
    return sorted(p for p in paths if p.is_file() and kind_of(p))


def shares(paths: list[Path]) -> dict[str, tuple[int, int]]:
    """The numbers of sentences with a finding, and of all sentences, per kind of file."""
    hard, total = Counter(), Counter()
    for path in paths:
        kind = kind_of(path)
        texts = [s.text for s in sentences_of(kind, path.read_text())]
        total[kind] += len(texts)
        hard[kind] += sum(1 for text in texts if patterns_of(text))
    return {kind: (hard[kind], total[kind]) for kind in KINDS if total[kind]}


def main(arguments: list[str]) -> None:
    named = [Path(a).resolve() for a in arguments if not a.startswith("--")]
    paths = [p for p in named if kind_of(p)] or files()
    for path in paths if "--share" not in arguments else []:
        for line, pattern, sentence in findings_of(kind_of(path), path.read_text()):
            print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}: {pattern}: {sentence}")
    counted = shares(paths)
    counted["all"] = tuple(map(sum, zip(*counted.values()))) if counted else (0, 0)
    for kind, (hard, total) in counted.items():
        print(f"{kind:10} {hard:5} of {total:5} sentences, {100 * hard / max(total, 1):.1f} %")


if __name__ == "__main__":
    main(sys.argv[1:])
