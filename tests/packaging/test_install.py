"""The installed files, and the ways in which programs find them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = ("mincoap", "message", "net", "resource", "server", "layer", "lwip", "posix", "posix_directory", "conformance")



def run(*command, **more):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=240, check=False, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def build():
    """The folder where the library is built."""
    found = os.environ.get("MINCOAP_BUILD", ROOT / "build/release")
    if not (Path(found) / "adapters/posix/libmincoap_posix.a").exists():
        pytest.skip(f"the library is not built in {found}")
    return Path(found)


@pytest.fixture(scope="session")
def prefix(build, tmp_path_factory):
    """Installs mincoap, then moves it. No installed file may refer to the first place."""
    folder = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", build, "--prefix", folder / "first")
    (folder / "first").rename(folder / "moved")
    return folder / "moved"


@pytest.fixture
def configure(prefix, tmp_path):
    """Configures a project that uses the installed files. Returns the finished process and the build folder."""

    def configured(cmake, configuration="Release"):
        (tmp_path / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.25)\nproject(user LANGUAGES CXX)\n{cmake}\n")
        (tmp_path / "main.cpp").write_text("int main() {}\n")
        done = subprocess.run(["cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build",
                               f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_BUILD_TYPE={configuration}"],
                              capture_output=True, text=True, timeout=60, check=False)
        return done, tmp_path / "build"

    return configured


def test_every_component_is_found(configure):
    wanted = "\n".join(f"find_package(mincoap REQUIRED COMPONENTS {c})" for c in COMPONENTS)
    done, _ = configure(f"{wanted}\nfind_package(mincoap REQUIRED COMPONENTS posix OPTIONAL_COMPONENTS none)")
    assert done.returncode == 0, done.stderr


def test_an_unknown_component_is_told_which_there_are(configure):
    done, _ = configure("find_package(mincoap REQUIRED COMPONENTS posix windows)")
    assert done.returncode != 0
    words = " ".join(done.stderr.split())
    assert "mincoap has no component windows here; it has: mincoap, message" in words
    assert "posix_directory" in words


@pytest.mark.parametrize("configuration, is_checked", [("Release", 0), ("RelWithDebInfo", 0), ("MinSizeRel", 0),
                                                       ("Debug", 1), ("", 1)])
def test_a_program_and_the_library_that_it_links_agree_about_checks(configure, configuration, is_checked):
    """The library was installed in one configuration, whose inline functions were linked into programs of others."""
    done, build = configure("find_package(mincoap REQUIRED COMPONENTS posix_directory)\nadd_executable(user main.cpp)\n"
                            "target_link_libraries(user mincoap::mincoap mincoap::posix mincoap::posix_directory)",
                            configuration)
    assert done.returncode == 0, done.stderr
    commands = run("ninja", "-C", build, "-t", "commands", "user")
    assert set(re.findall(r"-DMINCOAP_CHECKED=(\d)", commands)) == {str(is_checked)}
    assert set(re.findall(r"libmincoap_posix_directory\w*", commands)) == {
        "libmincoap_posix_directory_" + ("checked" if is_checked else "unchecked")}


def compile_commands(build, library):
    commands = json.loads((build / "compile_commands.json").read_text())
    return [c["command"] for c in commands if f"/{library}.dir/" in c["command"]]


@pytest.mark.parametrize("kind, value", [("checked", 1), ("unchecked", 0)])
def test_each_library_is_compiled_as_it_is_called(build, kind, value):
    commands = compile_commands(build, f"mincoap_posix_directory_{kind}")
    assert len(commands) > 1
    assert all(f"-DMINCOAP_CHECKED={value} " in command for command in commands)


def test_the_socket_is_the_same_with_checks_and_without(build, tmp_path):
    """So that one library of it serves both."""
    sources = [ROOT / "adapters/posix/src" / f"{name}.cpp" for name in (
        "burst_socket", "clock", "cores", "descriptor", "entropy", "key_file", "neighbours", "sequence_numbers", "signals",
        "stop_source", "text_socket", "udp_socket", "wait")]
    assert len(compile_commands(build, "mincoap_posix")) == len(sources)
    for source in sources:
        made = []
        for is_checked in (0, 1):
            made.append(tmp_path / f"{is_checked}.o")
            run(os.environ.get("CXX", "c++"), "-std=c++23", "-O0", f"-DMINCOAP_CHECKED={is_checked}", "-I", ROOT / "include",
                "-I", ROOT / "adapters/posix/include", "-c", source, "-o", made[-1])
        assert made[0].read_bytes() == made[1].read_bytes(), source


def test_a_build_without_a_word_about_it_is_optimized(tmp_path):
    """It was compiled without optimization and with checks, and linked into programs without."""
    (line,) = re.findall(r"^cmake -S \. -B build/install (.*)$", (ROOT / "docs/using.md").read_text(), re.MULTILINE)
    environment = {name: value for name, value in os.environ.items() if name != "CMAKE_BUILD_TYPE"}
    run("cmake", "-S", ROOT, "-B", tmp_path, *line.split(), env=environment)
    assert "CMAKE_BUILD_TYPE:STRING=Release" in (tmp_path / "CMakeCache.txt").read_text()


def test_pkg_config_finds_it_where_it_was_moved(build, prefix, tmp_path):
    if not shutil.which("pkg-config"):
        pytest.skip("needs pkg-config")
    (folder,) = prefix.glob("lib*/**/pkgconfig")
    environment = os.environ | {"PKG_CONFIG_PATH": str(folder)}
    names = sorted(file.stem for file in folder.iterdir())
    assert names == ["mincoap", "mincoap-posix", "mincoap-posix-directory"]
    flags = run("pkg-config", "--cflags", "--libs", *names, env=environment).split()
    assert "-DMINCOAP_CHECKED=0" in flags
    cache = (build / "CMakeCache.txt").read_text()
    (own,) = re.findall(r"^CMAKE_CXX_FLAGS:STRING=(.*)$", cache, re.MULTILINE)  # sanitizers link to nothing else
    run(os.environ.get("CXX", "c++"), "-std=c++23", *own.split(), Path(__file__).parent / "consumer/main.cpp", *flags,
        "-o", tmp_path / "consumer")
    run(tmp_path / "consumer")


def test_licences_and_readme_are_installed(prefix):
    for name in ("LICENSE-APACHE", "LICENSE-MIT", "README.md"):
        assert (prefix / "share/doc/mincoap" / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_conformance_suite_tests_a_socket_of_a_user(build, configure):
    """Compiles loopback's test with the installed files only. It represents the test of a user's socket."""
    test = ROOT / "tests/unit/net/loopback_test.cpp"
    (own,) = re.findall(r"^CMAKE_CXX_FLAGS:STRING=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    done, folder = configure(
        "find_package(mincoap REQUIRED COMPONENTS conformance)\n"
        f'set(CMAKE_CXX_FLAGS "{own}")\n'
        f"add_executable(user {test})\n"
        "target_link_libraries(user mincoap::conformance GTest::gmock_main)", "Debug")
    assert done.returncode == 0, done.stderr
    run("cmake", "--build", folder)
    assert "udp_socket_conformance" in run(folder / "user", "--gtest_filter=*conformance*")


CIPHERS = """
#include <mincoap/bearssl/crypto.hpp>
#include <mincoap/psa/crypto.hpp>

int main() {
    mincoap::byte one[32], other[32];
    mincoap::bearssl::crypto::hash({}, one);
    mincoap::psa::crypto::hash({}, other);
    return one[0] != 0xe3 || other[0] != 0xe3;
}
"""


def test_the_adapters_for_ciphers_link_their_libraries(build, prefix, configure, tmp_path):
    if not all((prefix / "include/mincoap" / name).exists() for name in ("bearssl", "psa")):
        pytest.skip("needs libbearssl-dev and libmbedtls-dev")
    (tmp_path / "ciphers.cpp").write_text(CIPHERS)
    (own,) = re.findall(r"^CMAKE_CXX_FLAGS:STRING=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    done, folder = configure("find_package(mincoap REQUIRED COMPONENTS bearssl psa)\n"
                             f'set(CMAKE_CXX_FLAGS "{own}")\n'
                             "add_executable(user ciphers.cpp)\n"
                             "target_link_libraries(user mincoap::bearssl mincoap::psa)")
    assert done.returncode == 0, done.stderr
    run("cmake", "--build", folder)
    run(folder / "user")


def test_an_adapter_without_its_library_is_left_out(tmp_path):
    said = run("cmake", "-S", ROOT, "-B", tmp_path, "-DMINCOAP_BUILD_TESTS=OFF", "-DMINCOAP_BUILD_EXAMPLES=OFF",
               "-DCMAKE_DISABLE_FIND_PACKAGE_BearSSL=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_PSACrypto=ON")
    assert "mincoap::bearssl is left out: BearSSL was not found. On Debian, apt install libbearssl-dev" in said
    assert "mincoap::psa is left out: PSACrypto was not found. On Debian, apt install libmbedtls-dev" in said
    components = (tmp_path / "mincoapConfig.cmake").read_text()
    assert "lwip" in components and "it has: mincoap" in components
    assert not re.search(r"it has: .*(bearssl|psa)", components)
