"""Key files for EDHOC, made by the functions of scripts/edhoc-keys."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

from _edhoc import Keys

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/edhoc-keys"


def load(script):
    loader = importlib.machinery.SourceFileLoader(script.name.replace("-", "_"), str(script))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    was, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # no cache beside the script
    loader.exec_module(module)
    sys.dont_write_bytecode = was
    return module


make = load(SCRIPT).make


def write(folder, kids=(b"\x01", b"\x02"), curve="P-256", server_kid=b"\x0a"):
    """Writes server.keys, and client.keys, client1.keys and so on for clients with these kids. Returns the keys of the
    clients. The server knows all of them."""
    server, server_line = make(curve, server_kid, "server")
    clients = [make(curve, kid, f"client {number}") for number, kid in enumerate(kids)]
    (folder / "server.keys").write_text(server + "".join(line for _, line in clients))
    return [load_client(folder, f"client{number or ''}.keys", text + server_line)
            for number, (text, _) in enumerate(clients)]


def stranger(folder, kid=b"\x01", curve="P-256"):
    """Returns keys of a client that knows the server of write(), which does not know the client."""
    credential = Keys.load(folder / "server.keys").own.credential
    text, _ = make(curve, kid, "stranger")
    return load_client(folder, "stranger.keys", f'{text}peer,hex,"{credential.ccs.hex()}"\n')


def load_client(folder, name, text):
    (folder / name).write_text(text)
    return Keys.load(folder / name)
