"""Starts a board's firmware in QEMU. As a program: emulate.py BOARD [--profile NAME] [--port PORT], until Ctrl-C.

A port of 127.0.0.1 is forwarded to the board: by QEMU's network of the kind `user`, which has IPv4 only and needs no
privilege, or over a serial line by slip.py."""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import secrets
import select
import socket
import subprocess
import time

import slip

# The option of QEMU for a network interface, by its number.
LAN9118 = "-net nic,model=lan9118"
VIRTIO = "-device virtio-net-device,bus=virtio-mmio-bus.{0}"
ROOT = pathlib.Path(__file__).resolve().parent.parent
READY = b"mincoap listens"
SERVER_ID, CLIENT_ID = "01", "02"  # see app/keys.hpp
OWN_KID, PEER_KID = 0x0A, 0x02  # see app/key_pair.hpp


@dataclasses.dataclass(frozen=True)
class Board:
    emulator: str
    machine: tuple
    nic: str  # for each network interface; none if the network is the serial line
    title: str
    prefix: str = "arm-none-eabi-"  # names the binutils
    interfaces: int = 1


BOARDS = {
    "mps2-an385": Board("qemu-system-arm", ("-M", "mps2-an385"), LAN9118, "Arm MPS2 AN385, Cortex-M3"),
    "mps2-an385-m0": Board("qemu-system-arm", ("-M", "mps2-an385"), LAN9118,
                           "Arm MPS2 AN385, code for Cortex-M0, unaligned accesses trapped"),
    "mps2-an505": Board("qemu-system-arm", ("-M", "mps2-an505"), LAN9118, "Arm MPS2 AN505, Cortex-M33"),
    "microbit": Board("qemu-system-arm", ("-M", "microbit"), "", "BBC micro:bit, Cortex-M0, 16 K of RAM"),
    "riscv-virt": Board("qemu-system-riscv32", ("-M", "virt", "-bios", "none", "-global",
                                                "virtio-mmio.force-legacy=false"), VIRTIO,
                        "QEMU's RISC-V machine, RV32IMAC, two interfaces", "riscv64-unknown-elf-", 2),
}


def image_of(board, profile):
    return ROOT / f"build/firmware/{board}/firmware/firmware-{profile}.elf"


@contextlib.contextmanager
def forwarded(board, port):
    """A network that forwards this port of 127.0.0.1 to the firmware's port."""
    if BOARDS[board].nic:
        yield f"user,hostfwd=udp:127.0.0.1:{port}-:5683"
    else:
        gateway = slip.Gateway(port)
        with contextlib.closing(gateway):
            yield gateway.network()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wires(board, networks):
    """The options of QEMU for the networks of the first interfaces; the others have no cable."""
    if not board.nic:
        return ["-serial", *networks]
    options = ["-serial", "stdio"]
    for number, network in enumerate(networks):
        options += ["-netdev", f"{network},id=link{number}", *f"{board.nic.format(number)},netdev=link{number}".split()]
    for number in range(len(networks), board.interfaces):
        options += board.nic.format(number).split()
    return options


def command(board, image, network, options=(), extra=()):
    """The command line of QEMU. The firmware reads the options. For a board with several interfaces, `network` may be a
    list of networks."""
    b = BOARDS[board]
    words = ",".join(f"arg={word}" for word in ("firmware", *options))
    networks = [network] if isinstance(network, str) else network
    return [b.emulator, *b.machine, "-kernel", str(image), "-display", "none", "-monitor", "none",
            "-semihosting-config", f"enable=on,target=native,{words}", *wires(b, networks), *extra]


class Emulator:
    """Runs an image once. `output` holds the text printed so far."""

    def __init__(self, *arguments, prefix=(), **more):
        self.output = b""
        self.process = subprocess.Popen([*prefix, *map(str, command(*arguments, **more))], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait_until_ready(self, patience_s=20):
        deadline = time.monotonic() + patience_s
        while READY not in self.output:
            left = deadline - time.monotonic()
            if not select.select([self.process.stdout], [], [], max(left, 0))[0]:
                raise TimeoutError(f"the firmware did not start: {self.output}")
            part = self.process.stdout.read1(4096)
            if not part:
                raise ChildProcessError(f"the firmware ended: {self.output}")
            self.output += part

    def is_running(self):
        return self.process.poll() is None

    def end(self):
        """Ends it, if it has not by itself. Returns the exit status, or None if the emulator did not end by itself."""
        status = self.process.poll()
        if status is None:
            self.process.terminate()
        self.output += self.process.communicate(timeout=10)[0]
        return status


@contextlib.contextmanager
def running(board, image, network, options=(), extra=(), prefix=()):
    """An emulator whose firmware listens. Each test also checks that the firmware still runs in the end."""
    made = Emulator(board, image, network, options, extra, prefix=prefix)
    try:
        made.wait_until_ready()
        yield made
        status = made.end()
        assert status is None, f"the firmware ended with {status}: {made.output}"
    finally:
        made.end()


def provision(folder):
    """Makes keys for a new board and its client. Returns the option that gives the board its secret. Writes the
    client's keys for libcoap to client.keys in the folder. The client keeps its sequence number in client.number."""
    secret = secrets.token_hex(16)
    (folder / "client.keys").write_text(f'master_secret,hex,"{secret}"\nsender_id,hex,"{CLIENT_ID}"\n'
                                        f'recipient_id,hex,"{SERVER_ID}"\n')
    (folder / "client.number").unlink(missing_ok=True)
    return [f"secret={secret}"]


def key_pair():
    """Returns a private key on P-256, and the x-coordinate of its public key."""
    from cryptography.hazmat.primitives.asymmetric import ec  # few tests need it

    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    return (number.to_bytes(32, "big") for number in (numbers.private_value, numbers.public_numbers.x))


def claims_set(kid, x):
    """See app/key_pair.hpp."""
    return f"a108a101a401020241{kid:02x}2001215820{x.hex()}"


def key_file(private_key, kid, x):
    """The text of a key file, as scripts/edhoc-keys makes it. The line for the peer is missing."""
    return (f'private_key,hex,"{private_key.hex()}"\ncredential,hex,"{claims_set(kid, x)}"\n'
            'suites,text,"2,3"\n')


def provision_key_pair(folder):
    """Makes key pairs for a new board and its client. Returns the options that give the board its keys. Writes the
    client's keys to client.keys in the folder."""
    (board, x), (client, peer_x) = key_pair(), key_pair()
    (folder / "client.keys").write_text(key_file(client, PEER_KID, peer_x) +
                                        f'peer,hex,"{claims_set(OWN_KID, x)}"\n')
    return [f"key={board.hex()}", f"x={x.hex()}", f"peer={peer_x.hex()}"]


def new_board(profile, folder):
    """Returns the options that give a board its keys, if the profile has some, and commands of a client."""
    if profile == "edhoc":
        client = f"{ROOT}/scripts/edhoc-client {folder}/client.keys"
        return provision_key_pair(folder), [f"{client} put {{uri}}/led 1", f"{client} get {{uri}}/led"]
    client = "coap-client-notls"
    if profile == "protected":
        client = f"coap-client-openssl -E {folder}/client.keys,{folder}/client.number"
    options = provision(folder) if profile == "protected" else []
    return options, [f"{client} -B 3 -m get {{uri}}/.well-known/core", f"{client} -B 3 -m put -e 1 {{uri}}/led"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("board", choices=BOARDS)
    arguments.add_argument("--profile", default="demo")
    arguments.add_argument("--port", type=int, default=5683)
    given = arguments.parse_args()
    options, commands = new_board(given.profile, image_of(given.board, given.profile).parent)
    print(f"\n{BOARDS[given.board].title}. Port {given.port} of 127.0.0.1 leads to its port 5683. A client, for "
          "another terminal:\n")
    for command_line in commands:
        print("    " + command_line.format(uri=f"coap://127.0.0.1:{given.port}"))
    print("Ctrl-C ends it.\n", flush=True)
    with forwarded(given.board, given.port) as network:
        run = command(given.board, image_of(given.board, given.profile), network, options)
        if BOARDS[given.board].nic:
            os.execvp(run[0], run)
        with contextlib.suppress(KeyboardInterrupt):  # this process is the other end of the serial line
            subprocess.run(run, stdin=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
