"""Comments, messages and documents are plain English: at most 1 % of their sentences have a pattern of the lint."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import _plain_english as lint  # noqa: E402

MOST_FINDINGS = 0.01  # a share of all sentences

HARD = {
    "What it takes is given beside it.": "first word",
    "Who wants all of a body looks at its size.": "first word",
    "Of any other method the code is sent.": "first word",
    "Whether it has ended.": "first word",
    "Where that matters, use PUT.": "first word",
    "That is an error.": "first word",
    "Nobody can send more.": "first word",
    "The function finds what is named in a request.": "what",
    "A body of what was read before.": "what",
    "The loop does what has to wait.": "what",
    "It can be guessed by who knows the time.": "who",
    "The client; who has a token sends it.": "who",
    "A member of whom we know the address.": "who",
    "It returns that which was written.": "that which",
    "The port is one where nobody listens.": "nobody",
    "It sends nothing to somebody else.": "nobody",
    "Nothing is kept per client.": "nothing",
    "The table is full, and nothing changes then.": "nothing",
    "It is copied so that it is still there.": "so that it is",
    "The options stand behind the token.": "stands",
    "An enum goes by its number.": "goes by",
    "The RFC has it that a client waits.": "has it that",
    "A second client is told when to come again.": "is told",
    "Of these it is said once.": "it is said",
    "Another value is none of ours.": "none of ours",
    "A handler of one's own is called.": "one's own",
    "Accept is held against the reply.": "holds against",
}
PLAIN = [
    "Returns the number of bytes written.",
    "A client who repeats a request gets the same answer.",
    "The error says what to change.",
    "A listing tells the client what the directory has.",
    "What takes long?",
    "A part is ignored if the client sends `what is named`.",
    "The log then has a line \"nobody asked\".",
    "Challenges leak nothing.",
    "You pay nothing.",
    "It stands for the rest of the path, and stands in for `std::span`.",
    "Write the class of your own socket, so that the server can use it.",
    "The client that has the key is confirmed.",
]


@pytest.mark.parametrize("sentence, pattern", HARD.items())
def test_a_hard_sentence_is_found(sentence, pattern):
    assert pattern in lint.patterns_of(sentence)


@pytest.mark.parametrize("sentence", PLAIN)
def test_a_plain_sentence_is_not_found(sentence):
    assert lint.patterns_of(sentence) == []


def lines_and_texts(kind, source):
    return [(s.line, s.text) for s in lint.sentences_of(kind, source)]


def test_cpp_comments_and_assertions_are_read():
    source = '''\
// The first sentence goes on
// here. The second one is in RFC 7252 §4.2, e.g. here.
//   size   the number of bytes,
//          at least one
//
//     $ coap-client-notls -m get coap://127.0.0.1/no/sentence/here
#include <mincoap/mincoap.hpp>
const char* s = "// no comment at all";  // of that many bytes
int n = 1'000;                           // in milliseconds, wrapping
                                         // after 49 days
/* A block
 * of two lines. */
static_assert(sizeof(int) == 4, "mincoap: this needs "
                                "32 bits");
}  // namespace mincoap::detail
'''
    assert sorted(lines_and_texts("C++", source)) == [
        (1, "The first sentence goes on here."), (2, "The second one is in RFC 7252 §4.2, e.g. here."),
        (3, "the number of bytes, at least one"), (8, "of that many bytes"),
        (9, "in milliseconds, wrapping after 49 days"), (11, "A block of two lines."), (13, "this needs 32 bits")]


def test_python_comments_docstrings_and_messages_are_read():
    source = '''\
"""The module's docstring."""
x = "# not a comment"  # a comment behind code
def f():
    """The function's
    own docstring. It has two sentences."""
    print(f"{x} is missing here")
'''
    assert sorted(lines_and_texts("Python", source)) == [
        (1, "The module's docstring."), (2, "a comment behind code"), (4, "The function's own docstring."),
        (5, "It has two sentences."), (6, "CODE is missing here")]


def test_shell_and_cmake_texts_are_read():
    assert lines_and_texts("shell", 'a=${b#x} # the comment behind\necho "# this is said"\n') == [
        (1, "the comment behind"), (2, "# this is said")]
    assert lines_and_texts("CMake", '# The comment alone.\nmessage(FATAL_ERROR "The text "\n  "goes on")\n') == [
        (1, "The comment alone."), (2, "The text goes on")]


def test_prose_of_a_document_is_read():
    source = '''\
# What a heading says is fine

One paragraph [of a link](what-is-there.md) that
goes on. The next sentence.

```cpp
// What is in a block of code is not prose.
```
- an item of a list
| what | the head of a table |
|---|---|
| a cell with \\| in it | another cell of it |
'''
    assert lines_and_texts("Markdown", source) == [
        (3, "One paragraph of a link that goes on."), (4, "The next sentence."), (9, "an item of a list"),
        (12, "a cell with \\| in it"), (12, "another cell of it")]


def test_findings_have_the_line_of_their_sentence():
    assert lint.findings_of("C++", "int a;\n// Adds. What comes\n// is lost.\n") == [
        (2, "first word", "What comes is lost.")]


def test_command_line_prints_findings_and_shares(tmp_path, capsys):
    (tmp_path / "a.hpp").write_text("// What comes is lost.\n// It returns.\n// It returns the sum.\n")
    lint.main([str(tmp_path / "a.hpp")])
    printed = capsys.readouterr().out
    assert f"{tmp_path}/a.hpp:1: first word: What comes is lost.\n" in printed
    assert "C++            1 of     2 sentences, 50.0 %" in printed


def test_all_kinds_of_files_are_read():
    assert {lint.kind_of(path) for path in lint.files()} >= {"C++", "Python", "CMake", "shell", "Markdown"}
    assert sum(total for _, total in lint.shares(lint.files()).values()) > 4000


def test_the_project_is_written_in_plain_english():
    counted = lint.shares(lint.files()).values()
    hard, total = (sum(numbers) for numbers in zip(*counted))
    assert hard <= MOST_FINDINGS * total, f"{hard} of {total} sentences: python3 tests/docs/_plain_english.py"
