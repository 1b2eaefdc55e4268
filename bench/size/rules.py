"""What each rule costs: the bytes that monolith.cpp has more on Cortex-M0+ with the rule than without."""

import pathlib
import re
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().with_name("monolith.cpp")
COMPILE = ["arm-none-eabi-g++", "-mcpu=cortex-m0plus", "-mthumb", "-Os", "-std=c++23", "-DNDEBUG", "-fno-exceptions",
           "-fno-rtti", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Werror", "-c", SOURCE]

RULES = {
    "LENGTHS": "a forbidden length makes an option unrecognised (RFC 7252 §5.4.3)",
    "REPETITION": "so does a forbidden repetition (§5.4.5)",
    "CRITICAL": "unrecognised critical options are refused (§5.4.1), lengths and repetition included",
    "FORMATS": "Accept is met (§5.10.4), and Content-Format checked (§5.9.2.11)",
    "PROXYING": "proxy requests are refused (§5.10.2)",
    "UNKNOWN_METHODS": "so are methods above iPATCH, at any path (§5.8)",
    "MULTICAST": "multicast is answered by what it allows (§8)",
}


def size(*without):
    with tempfile.NamedTemporaryFile(suffix=".o") as object_file:
        options = [f"-DWITHOUT_{rule}" for rule in without]
        subprocess.run([*COMPILE, *options, "-o", object_file.name], check=True)
        sizes = subprocess.run(["arm-none-eabi-size", object_file.name], check=True, capture_output=True, text=True)
        return int(sizes.stdout.splitlines()[1].split()[0])


def main():
    tested = set(re.findall(r"WITHOUT_(\w+)", SOURCE.read_text())) - {""}
    assert tested == set(RULES), tested ^ set(RULES)
    whole = size()
    print("rule\tbytes")
    for rule, what in RULES.items():
        print(f"{what}\t{whole - size(rule)}")
    print(f"all of these\t{whole - size(*RULES)}")
    print(f"the whole server\t{whole}")


main()
