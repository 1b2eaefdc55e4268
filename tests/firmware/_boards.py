"""All boards at the same time, each with keys of its own."""

import contextlib
import dataclasses
import json
import pathlib
import socket

import emulate


@dataclasses.dataclass
class Board:
    emulator: emulate.Emulator
    port: int
    folder: pathlib.Path  # its client has keys there
    options: list  # which gave the board its keys

    def uri(self, path):
        return f"coap://127.0.0.1:{self.port}/{path}"

    def reset(self):
        """Resets the board as its button does. The RAM stays, and the flash."""
        self.emulator.output = b""
        with socket.socket(socket.AF_UNIX) as monitor, monitor.makefile("rw") as lines:
            monitor.connect(f"{self.folder}/monitor")
            for command in ("qmp_capabilities", "system_reset"):
                print(json.dumps({"execute": command}), file=lines, flush=True)
                while "return" not in json.loads(lines.readline()):
                    pass
        self.emulator.wait_until_ready()


@contextlib.contextmanager
def started(name, path, folder, provision):
    """A board to which a factory gives keys: provision(folder) returns the options."""
    folder.mkdir()
    options = provision(folder)
    port = emulate.free_port()
    with emulate.forwarded(name, port) as network:
        with emulate.running(name, path, network, options,
                             ["-qmp", f"unix:{folder}/monitor,server=on,wait=off"]) as emulator:
            yield Board(emulator, port, folder, options)


@contextlib.contextmanager
def all_boards(image, profile, folder, provision):
    """name -> board"""
    with contextlib.ExitStack() as opened:
        yield {name: opened.enter_context(started(name, image(name, profile), folder / name, provision))
               for name in emulate.BOARDS}


def no_keys(_):
    return []
