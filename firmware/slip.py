"""Connects the host to a network of one serial line (SLIP, RFC 1055). Datagrams to a UDP port of 127.0.0.1 reach the
firmware as IP packets from 10.0.2.2, and its answers return the same way. Each client keeps its port number."""

import socket
import struct
import threading

END, ESCAPE, ESCAPED_END, ESCAPED_ESCAPE = b"\xc0", b"\xdb", b"\xdb\xdc", b"\xdb\xdd"
HOST, FIRMWARE = bytes([10, 0, 2, 2]), bytes([10, 0, 2, 15])
COAP = 5683


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet_of(port, data):
    """Returns an IP packet with a datagram from that port of the host."""
    segment = struct.pack("!HHHH", port, COAP, 8 + len(data), 0) + data
    pseudo = HOST + FIRMWARE + struct.pack("!HH", 17, len(segment))
    segment = segment[:6] + struct.pack("!H", checksum(pseudo + segment) or 0xFFFF) + data
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, 17, 0) + HOST + FIRMWARE
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + segment


def datagram_of(packet):
    """Returns (the host's port, data) of a packet with an answer, or None for any other packet."""
    if len(packet) < 28 or packet[0] != 0x45 or packet[9] != 17 or packet[20:22] != struct.pack("!H", COAP):
        return None
    return int.from_bytes(packet[22:24], "big"), packet[28:int.from_bytes(packet[2:4], "big")]


def framed(packet):
    return END + packet.replace(ESCAPE, ESCAPED_ESCAPE).replace(END, ESCAPED_END) + END


def packets_in(pieces):
    """Yields the packets in the pieces that the line delivers."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(END)
        for packet in filter(None, whole):
            yield packet.replace(ESCAPED_END, END).replace(ESCAPED_ESCAPE, ESCAPE)


class Gateway:
    """Listens for the emulator at once, and for clients once it has come. Two threads, which end with the sockets."""

    def __init__(self, port=0):
        self.clients = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.clients.bind(("127.0.0.1", port))
        self.port = self.clients.getsockname()[1]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.line = None
        threading.Thread(target=self.run, daemon=True).start()

    def network(self):
        """For the emulator."""
        return f"tcp:127.0.0.1:{self.listener.getsockname()[1]},nodelay=on"

    def close(self):
        for open_socket in (self.listener, self.clients, self.line):
            if open_socket:
                open_socket.close()

    def run(self):
        try:
            self.line, _ = self.listener.accept()
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.send_answers, daemon=True).start()
            while True:
                data, (_, port) = self.clients.recvfrom(2048)
                self.line.sendall(framed(packet_of(port, data)))
        except OSError:
            pass  # closed

    def send_answers(self):
        try:
            for packet in packets_in(iter(lambda: self.line.recv(4096), b"")):
                if answer := datagram_of(packet):
                    self.clients.sendto(answer[1], ("127.0.0.1", answer[0]))
        except OSError:
            pass  # closed
