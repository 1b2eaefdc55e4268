# shellcheck shell=bash disable=SC2034
# Shared by the scripts beside it: . "$(dirname "$0")/lib.sh". Leaves the caller in the repository's root.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools=$PWD/build/tools
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}

# The packages that each kind of work needs, as need_apt takes them.
build_packages=(g++:g++ cmake:cmake ninja:ninja-build libcli11-dev)
unit_packages=(libgmock-dev python3:python3)
crypto_packages=(libbearssl-dev libmbedtls-dev)
test_packages=("${unit_packages[@]}" "${crypto_packages[@]}" python3-pytest python3-cbor2 ip:iproute2 sysctl:procps
    nginx libnginx-mod-stream systemd-analyze:systemd pkg-config:pkg-config tshark:tshark doxygen:doxygen doxygen-awesome-css)
clang_packages=(clang++-19:clang-19 libclang-rt-19-dev)
arm_packages=(arm-none-eabi-g++:gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib)
rv32_packages=(riscv64-unknown-elf-g++:gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf
    libstdc++-arm-none-eabi-newlib)
powerpc_packages=(powerpc-linux-gnu-g++:g++-powerpc-linux-gnu qemu-ppc:qemu-user googletest)
cross_packages=("${arm_packages[@]}" "${rv32_packages[@]}")
arm_firmware_packages=("${arm_packages[@]}" qemu-system-arm:qemu-system-arm)
rv32_firmware_packages=("${rv32_packages[@]}" qemu-system-riscv32:qemu-system-misc)
firmware_packages=("${arm_firmware_packages[@]}" "${rv32_firmware_packages[@]}")
client_packages=(coap-client-notls:libcoap3-bin node:nodejs npm:npm python3:python3 python3-cbor2 python3-cryptography)

# Debian's own interpreter first: it has Debian's pytest, whichever python3 comes first on PATH.
python=$(PATH=/usr/bin:$PATH command -v python3) || python=python3

# The boards that the firmware is built for: names of presets.
boards=(mps2-an385 mps2-an385-m0 mps2-an505 microbit riscv-virt)

say() { printf '\n== %s\n' "$*"; }
die() {
    printf '%s\n' "$*" >&2
    exit 2
}

# need_apt [command:]package... : installs the Debian packages that are missing. A package with a command is not needed
# if the command exists, wherever it came from. Without missing packages, there is no access to the network.
need_apt() {
    local word missing=() as_root=()
    for word in "$@"; do
        case $word in
        *:*) command -v "${word%%:*}" >/dev/null && continue ;;
        esac
        word=${word#*:}
        [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$word" 2>/dev/null) == ii* ]] || missing+=("$word")
    done
    ((${#missing[@]})) || return 0

    # --no-remove, because Debian's cross compilers would replace gcc-multilib.
    local install="apt-get install -y --no-install-recommends --no-remove ${missing[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "No apt-get here: continuing without these packages of Debian: ${missing[*]}" >&2
        return 0
    fi
    if ((EUID)); then
        sudo -n true 2>/dev/null || die "Missing: ${missing[*]}"$'\n'"Install with: sudo $install"
        as_root=(sudo -n)
    fi
    echo "Installing with apt-get: ${missing[*]}" >&2
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get update -q </dev/null >&2
    # shellcheck disable=SC2086  # words
    "${as_root[@]}" $install -q </dev/null >&2
}

# build <preset> [target...]
build() {
    local preset=$1
    shift
    cmake --preset "$preset"
    cmake --build --preset "$preset" ${1+--target "$@"}
}

# debian_source <package> <version> <file> <SHA-256> : fetches a library's source into build/tools/<package>, unless it is
# there already. It is for libraries that are compiled for each configuration. Takes Debian 12's tarball, checks its sum,
# and gets it from the mirror that this machine uses or else from Debian's archives.
debian_source() {
    local into=$tools/$1 version=$2 file=pool/main/${1:0:1}/$1/$3 sum=$4
    [[ -f $into/$version ]] && return
    need_apt xz:xz-utils
    rm -rf "$into" "$into.part"
    mkdir -p "$into.part"
    download "$file" "$sum" "$into.part/source.tar.xz"
    tar -xJf "$into.part/source.tar.xz" -C "$into.part" --strip-components=1
    rm "$into.part/source.tar.xz"
    touch "$into.part/$version"
    mv "$into.part" "$into"
}

debian_mirrors() {
    # shellcheck disable=SC2016  # apt expands it
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' 'Origin: Debian' |
        grep -v security | uniq || true
    printf '%s\n' http://archive.debian.org/debian http://snapshot.debian.org/archive/debian/20240101T000000Z
}

# download <file> <SHA-256> <to>
download() {
    local mirror helper=(/usr/lib/apt/apt-helper -o APT::Sandbox::User=root)
    for mirror in $(debian_mirrors); do
        echo "Fetching $mirror/$1" >&2
        "${helper[@]}" download-file "$mirror/$1" "$3" "SHA256:$2" >&2 && return
    done
    die "No mirror has $1"
}
