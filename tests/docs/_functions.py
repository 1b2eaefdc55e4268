"""Finds the functions of C++ text and counts their lines, by braces. Lambdas inside a function are part of it."""

import re

TEMPLATE_HEAD = re.compile(r"\s*template\s*<")
SCOPE = re.compile(r"(inline |constexpr |static |typedef |export )*(namespace|class|struct|union|enum|extern)\b")


def code_of(text):
    """The text with comments, preprocessor lines and the contents of literals blanked out, and its lines kept."""
    def blank(match):
        found = match.group()
        return re.sub(r"[^\n]", " ", found) if found[0] in "/#" else found[0] + found[0]

    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\''
                  r"|^[ \t]*#(?:\\\n|[^\n])*", blank, text, flags=re.DOTALL | re.MULTILINE)


def closing(code, at):
    """The place of the bracket that closes the one at that place."""
    pairs = {"{": "}", "(": ")", "<": ">"}
    opens, closes = code[at], pairs[code[at]]
    depth = 0
    for i in range(at, len(code)):
        # `->`, `=>`, comparisons between spaces, and shifts do not close a list of template arguments
        if opens == "<" and (code[i - 1] in "-=" or code[i - 1 : i + 2] in (" < ", " > ") or code[i] == "="):
            continue
        depth += (code[i] == opens) - (code[i] == closes)
        if depth == 0:
            return i
    raise ValueError(f"a bracket does not close: {code[at:at + 60]!r}")


def without_template_head(head):
    """A declaration without `template <...>` and the requires-clauses that lines of their own hold in front of it."""
    while match := TEMPLATE_HEAD.match(head):
        head = head[closing(head, match.end() - 1) + 1 :]
        while clause := re.match(r"\s*requires\b[^\n]*\n", head):
            head = head[clause.end() :]
    return head


def is_expression(head):
    """True if a brace behind this text opens a value or a requires-expression, no body."""
    if re.search(r"\brequires\s*$|(=|&&|\|\||\brequires|\()\s*requires\s*\([^{}]*\)\s*$", head):
        return True
    declaration = without_template_head(head)
    if re.search(r"[=(,?]\s*$|\breturn\s*$", declaration):
        return True
    initializers = re.search(r"\)[^():]*(?<!:):(?!:)(.*)$", declaration, re.DOTALL)  # those in a constructor
    return bool(initializers and re.search(r"(^|,)\s*[\w:]+(<.*>)?\s*$", initializers[1], re.DOTALL))


def functions(text):
    """Yields (name, first line, number of lines) of each function, in order; its template head does not count."""
    code = code_of(text)
    start = at = 0  # the begin of the declaration, and the current place
    while at < len(code):
        if code[at] == "(" or (code[at] == "<" and re.search(r"\btemplate\s*$", code[start:at])):
            at = closing(code, at)
        elif code[at] in ";}" or (code[at] == ":" and re.search(r"\b(public|protected|private)\s*$", code[start:at])):
            start = at + 1
        elif code[at] == "{":
            head = code[start:at]
            declaration = without_template_head(head).strip()
            if SCOPE.match(declaration) and not re.match(r"enum\b", declaration) and "(" not in declaration:
                start = at + 1
            elif is_expression(head):
                at = closing(code, at)
            elif "(" in declaration or re.search(r"=\s*\[[^\]]*\]", declaration):
                begin = start + len(head) - len(without_template_head(head).lstrip())
                end = closing(code, at)
                first = code.count("\n", 0, begin) + 1
                yield declaration.split("\n")[0], first, code.count("\n", begin, end) + 1
                start, at = end + 1, end
            else:
                at = closing(code, at)
        at += 1


def percentile(numbers, percent):
    """The smallest number that so many percent of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
