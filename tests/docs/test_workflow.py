"""The workflow that visitors see does what README.md says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = (ROOT / ".github/workflows/test.yml").read_text()
README = (ROOT / "README.md").read_text()


def commands_of(workflow):
    return re.findall(r"^ +- run: (.+)$", workflow, re.MULTILINE)


def test_workflow_runs_the_command_of_the_readme_and_nothing_else():
    (system, commands) = re.search(r"^On (Debian \d+), with nothing installed:\n\n```sh\n(.*?)```", README,
                                   re.MULTILINE | re.DOTALL).groups()
    (tests,) = [line.split()[0] for line in commands.splitlines() if "all tests" in line]
    assert commands_of(WORKFLOW) == [tests]
    assert (ROOT / tests).stat().st_mode & 0o111
    assert f"image: {system.lower().replace(' ', ':')}\n" in WORKFLOW


def test_workflow_has_no_tabs_and_no_step_of_another_form():
    """It is read with regular expressions, as Debian's python3 has no YAML."""
    assert "\t" not in WORKFLOW
    steps = re.findall(r"^ +- (\w+):", WORKFLOW, re.MULTILINE)
    assert steps == ["uses", "run"]
