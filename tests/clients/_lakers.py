"""Has the interface of the Python module lakers, as far as the client of aiocoap 0.4.14 uses it.

aiocoap brings the messages of EDHOC into CoAP and goes on with OSCORE, but it leaves EDHOC itself to lakers, which is
not in Debian. With the tests' own initiator in its place, the rest of aiocoap can be tried.
"""

import enum

from _edhoc import Credential, Identity, Initiator, encode


class CredentialTransfer(enum.Enum):
    ByReference = enum.auto()
    ByValue = enum.auto()


class EdhocResponder:
    """aiocoap asks whether a session is one of these."""


class EdhocInitiator:
    def prepare_message_1(self, c_i):
        self.session = Initiator(None, [], [2], c_i)
        return self.session.message_1()

    def parse_message_2(self, message):
        self.session.open_message_2(message)
        return self.session.c_r, encode({4: self.session.kid}), None

    def verify_message_2(self, private, own, peer):
        self.session.own = Identity(private, Credential.of(own))
        self.session.peers = [Credential.of(peer)]
        self.session.authenticate()

    def prepare_message_3(self, transfer, ead):
        assert (transfer, ead) == (CredentialTransfer.ByReference, None)
        return self.session.message_3(), self.session.exporter.prk_out

    def completed_without_message_4(self):
        pass

    def selected_cipher_suite(self):
        return self.session.suites[-1]

    def edhoc_exporter(self, label, context, size):
        return self.session.exporter.export(label, bytes(context), size)
