"""The ETSI CoAP plugtests (London, 2014) with third-party clients: those that wait. TD_COAP_CORE_09, 11, 15, 16, 17 with
separate responses and losses, and TD_COAP_OBS.

They run side by side, each with a server of its own, since some change the state that others observe.
"""

import concurrent.futures
import time

import _coap
import pytest
from _coap import ACK, CON, CONTENT_FORMAT, ETAG, NON, OBSERVE, number_in, values
from _plugtest import AIOCOAP, ALL, KINDS, LIBCOAP, LIBCOAP_NEW, NODE, Raw, is_piggybacked, is_unconfirmed, running, says
from _wire import Wire

JSON = 50
CHANGE_S = 5  # /obs changes so often
QUIET_S = CHANGE_S + 2

SCENARIOS = {}


def with_each(*clients):
    """Runs a function with the port of a new server and each of these clients; the client is None without clients."""
    def register(function):
        for name in clients or [None]:
            SCENARIOS[function.__name__ + (f"-{name}" if name else "")] = function, name
        return function

    return register


def run_scenario(executable, function, client):
    with running(executable) as server:
        function(server.port, client)


@pytest.fixture(scope="module")
def clients(request):
    """Each client, or the exception that says why it is missing."""
    found = {None: None}
    for name, kind in KINDS.items():
        try:
            found[name] = kind(request.getfixturevalue(name))
        except pytest.skip.Exception as missing:
            found[name] = missing
    return found


@pytest.fixture(scope="module")
def outcomes(request, plugtest, clients):
    """Starts all scenarios that are asked for, side by side."""
    names = {i.callspec.params["name"] for i in request.session.items if i.path == request.path}
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        yield {name: pool.submit(run_scenario, plugtest, function, clients[client])
               for name, (function, client) in SCENARIOS.items()
               if name in names and not isinstance(clients[client], Exception)}


# ---- CORE


def check_separate(wire):
    """An Empty Acknowledgement, a Confirmable response some time later, and its acknowledgement."""
    wire.wait_for(lambda w: len(w.all) == 4)
    request, empty, response, acknowledgement = (p.message for p in wire.all)
    assert (empty.type, empty.code, empty.mid) == (ACK, 0, request.mid)
    assert response.type == CON and says(response, "2.05") and response.token == request.token
    assert values(response, CONTENT_FORMAT) and response.payload
    assert (acknowledgement.type, acknowledgement.mid) == (ACK, response.mid)
    assert wire.all[2].at - wire.all[0].at > 1


@with_each(*ALL)
def core_09_separate_response(port, client):
    with Wire(port) as wire:
        client.ask(wire.uri("separate"))
        check_separate(wire)


@with_each(LIBCOAP, LIBCOAP_NEW)
def core_11_separate_response_with_a_token(port, client):
    with Wire(port) as wire:
        client.ask(wire.uri("separate"), token="12345678")
        check_separate(wire)
        assert len(wire.requests()[0].token) == 8


def lossy(port, client, by_client):
    def loses_first(passed, before):
        return passed.by_client == by_client and not any(p.lost for p in before)

    with Wire(port, loses_first) as wire:
        assert b"A resource" in client.ask(wire.uri("test"))
        first, again = wire.requests()
        assert first == again
        answers = wire.responses()
        assert len(answers) == (1 if by_client else 2) and all(is_piggybacked(first, a, "2.05") for a in answers)


@with_each(*ALL)
def core_15_request_lost(port, client):
    lossy(port, client, by_client=True)


@with_each(*ALL)
def core_15_response_lost(port, client):
    lossy(port, client, by_client=False)


def kind_of(passed):
    """Which of the four messages of a separate response this is."""
    if passed.by_client:
        return "request" if passed.message.code else "ACK of the response"
    return "response" if passed.message.code else "ACK"


def separate_lossy(port, client, lost, requests, responses):
    def loses_first(passed, before):
        return kind_of(passed) == lost and not any(p.lost for p in before)

    with Wire(port, loses_first) as wire:
        assert b"A separate response" in client.ask(wire.uri("separate"))
        wire.wait_for(lambda w: len(w.responses()) == responses)
        assert len(wire.requests()) == requests
        assert all(r == wire.responses()[0] for r in wire.responses()) and says(wire.responses()[0], "2.05")


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def core_16_request_lost(port, client):
    separate_lossy(port, client, "request", requests=2, responses=1)


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def core_16_ack_of_the_request_lost(port, client):
    """The response ends the client's retransmission, too."""
    separate_lossy(port, client, "ACK", requests=1, responses=1)


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def core_16_response_lost(port, client):
    separate_lossy(port, client, "response", requests=1, responses=2)


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def core_16_ack_of_the_response_lost(port, client):
    separate_lossy(port, client, "ACK of the response", requests=1, responses=2)


@with_each(*ALL)
def core_17_separate_response_non_confirmable(port, client):
    with Wire(port) as wire:
        client.ask(wire.uri("separate"), non=True)
        assert is_unconfirmed(*wire.exchange(), "2.05")
        assert len(wire.all) == 2, "no Empty Acknowledgement"
        assert wire.all[1].at - wire.all[0].at > 1


# ---- OBS, with clients


def check_notifications(wire, message_type, least):
    """The response to the registration, and the notifications. Their numbers grow."""
    registration = wire.requests()[0]
    assert number_in(registration, OBSERVE) == 0
    first, *others = [m for m in wire.responses() if number_in(m, OBSERVE) is not None]
    notified = [m for m in others if m.mid != first.mid]  # a busy client may repeat its registration
    assert len(notified) >= least, '\n'.join(map(str, wire.all))
    assert all(m.token == registration.token and says(m, "2.05") for m in [first, *notified])
    assert all(number_in(m, CONTENT_FORMAT) == number_in(first, CONTENT_FORMAT) for m in notified)
    assert [m.type for m in notified] == [message_type] * len(notified), wire.all
    numbers = [number_in(m, OBSERVE) for m in [first, *notified]]
    assert numbers == sorted(set(numbers))
    return first, notified


def check_acknowledged(wire, notified):
    acknowledged = {p.message.mid for p in wire.all if p.by_client and p.message.type == ACK}
    assert {m.mid for m in notified[:-1]} <= acknowledged


@with_each(*ALL)
def obs_01_confirmable(port, client):
    with Wire(port) as wire:
        said = client.ask(wire.uri("obs"), seconds=2 * CHANGE_S + 2)
        first, notified = check_notifications(wire, CON, least=2)
        assert is_piggybacked(wire.requests()[0], first, "2.05")
        check_acknowledged(wire, notified)
        assert all(m.payload in said for m in notified)


@with_each(*ALL)
def obs_02_non_confirmable(port, client):
    with Wire(port) as wire:
        said = client.ask(wire.uri("obs-non"), non=True, seconds=2 * CHANGE_S + 2)
        first, notified = check_notifications(wire, NON, least=2)
        assert first.type == NON
        assert all(m.payload in said for m in notified)


@with_each(AIOCOAP)
def obs_06_reset(port, client):
    """A client that has forgotten its observation rejects the next notification."""
    with Wire(port) as wire:
        client.ask(wire.uri("obs"), seconds=CHANGE_S + 1, lingers=2 * CHANGE_S)
        _, notified = check_notifications(wire, CON, least=2)
        rejected = [p.message.mid for p in wire.all if p.by_client and p.message.type == _coap.RST]
        assert rejected == [notified[-1].mid]


def check_last(wire, dotted):
    """The last message is an error without Observe, and its acknowledgement."""
    *_, notification, acknowledgement = (p.message for p in wire.all)
    assert notification.type == CON and says(notification, dotted)
    assert notification.token == wire.requests()[0].token and number_in(notification, OBSERVE) is None
    assert (acknowledgement.type, acknowledgement.mid) == (ACK, notification.mid)


def ended_by(port, client, dotted, *change, **given):
    """A client observes until another one has changed /obs. No notification follows the error."""
    with Wire(port) as wire, Raw(port) as other, concurrent.futures.ThreadPoolExecutor() as pool:
        observing = pool.submit(client.ask, wire.uri("obs"), seconds=3 * CHANGE_S)
        wire.wait_for(lambda w: len(w.responses()) == 2)
        assert other.ask(*change, **given).code >> 5 == 2
        wire.wait_for(lambda w: says(w.responses()[-1], dotted))
        wire.wait_for(lambda w: w.all[-1].by_client)
        check_last(wire, dotted)
        ended = len(wire.responses())
        assert says(other.ask(_coap.PUT, "obs", payload=b"again", token=b"put"), "2.01" if dotted == "4.04" else "2.04")
        time.sleep(QUIET_S)
        assert all(number_in(m, OBSERVE) is None for m in wire.responses()[ended:])
        observing.result()


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP, NODE)
def obs_07_delete(port, client):
    ended_by(port, client, "4.04", _coap.DELETE, "obs")


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP, NODE)
def obs_08_other_content_format(port, client):
    ended_by(port, client, "4.06", _coap.PUT, "obs", [(CONTENT_FORMAT, bytes([JSON]))], b"{}")


@with_each(*ALL)
def obs_09_update(port, client):
    with Wire(port) as wire, Raw(port) as other, concurrent.futures.ThreadPoolExecutor() as pool:
        observing = pool.submit(client.ask, wire.uri("obs"), seconds=2 * CHANGE_S + 4)
        wire.wait_for(lambda w: len(w.responses()) == 2)
        assert says(other.ask(_coap.PUT, "obs", [(CONTENT_FORMAT, b"")], b"a new value"), "2.04")
        assert b"a new value" in observing.result()
        _, notified = check_notifications(wire, CON, least=3)
        assert [m.payload for m in notified[1:]] == [b"a new value"] * (len(notified) - 1)
        check_acknowledged(wire, notified)


@with_each(*ALL)
def obs_11_lossy(port, client):
    """The first notification is lost, and so is the first acknowledgement. The server sends the next notification once
    it no longer sends the one before, and each state arrives."""
    def loses(passed, before):
        def kind(p):
            return p.by_client, p.message.type

        return kind(passed) in ((False, CON), (True, ACK)) and kind(passed) not in map(kind, before)

    with Wire(port, loses) as wire:
        client.ask(wire.uri("obs"), seconds=3 * CHANGE_S + 2)
        sent = [p for p in wire.all if not p.by_client and p.message.type == CON]
        mids = [p.message.mid for p in sent]
        assert mids == sorted(mids, key=mids.index), "never two at one time"
        delivered = {p.message.payload for p in sent if not p.lost}
        assert len(delivered) >= 2 and sent[-1].message.payload in delivered


@with_each(LIBCOAP, LIBCOAP_NEW)
def obs_12_cancellation(port, client):
    """The client cancels with the same token when its time is over."""
    with Wire(port) as wire:
        client.ask(wire.uri("obs"), seconds=CHANGE_S + 1)
        wire.wait_for(lambda w: number_in(w.requests()[-1], OBSERVE) == 1)
        cancelled = wire.requests()[-1]
        wire.wait_for(lambda w: w.responses()[-1].mid == cancelled.mid)
        answer = wire.responses()[-1]
        assert cancelled.token == wire.requests()[0].token
        assert is_piggybacked(cancelled, answer, "2.05") and number_in(answer, OBSERVE) is None
        sent = len(wire.all)
        time.sleep(QUIET_S)
        assert len(wire.all) == sent


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def large_notifications(port, client):
    """A notification is the first block. The client fetches the others, without Observe."""
    with Wire(port) as wire:
        said = client.ask(wire.uri("obs-large"), seconds=CHANGE_S + 2)
        _, notified = check_notifications(wire, CON, least=1)
        assert all(number_in(m, _coap.BLOCK2) == 0x0e and values(m, ETAG) for m in notified)
        fetched = [m for m in wire.requests() if (number_in(m, _coap.BLOCK2) or 0) >> 4 == 1]
        assert len(fetched) >= 2 and all(number_in(m, OBSERVE) is None for m in fetched)
        assert said.count(b"line 20 of 20") >= len(notified) + 1 and b"period 1\n" in said


def changing_sizes(port, client, path, message_type):
    with Wire(port) as wire:
        said = client.ask(wire.uri(path), seconds=3 * CHANGE_S + 2)
        _, notified = check_notifications(wire, message_type, least=3)
        sizes = [len(m.payload) for m in notified]
        assert min(sizes) < 32 and max(sizes) == 1024
        assert b"line 12 of 12" in said and b"line 24 of 24" in said


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def pumping_confirmable(port, client):
    changing_sizes(port, client, "obs-pumping", CON)


@with_each(LIBCOAP, LIBCOAP_NEW, AIOCOAP)
def pumping_non_confirmable(port, client):
    changing_sizes(port, client, "obs-pumping-non", NON)


# ---- OBS, by hand: what no client does when it is asked to


def observed(raw):
    """Registers at /obs, and acknowledges the first notification. Returns it."""
    answer = raw.ask(_coap.GET, "obs", [(OBSERVE, b"")])
    assert is_piggybacked(_coap.Message(CON, 1, raw.mid, b"raw"), answer, "2.05")
    assert number_in(answer, OBSERVE) is not None and number_in(answer, CONTENT_FORMAT) == 0
    notification = raw.receive()
    raw.acknowledge(notification)
    return notification


@with_each()
def obs_04_registration_anew(port, _):
    """The server forgets its observations, as after a restart. The client registers again with the same token."""
    with Raw(port) as raw, Raw(port) as other:
        observed(raw)
        assert says(other.ask(_coap.POST, "obs-reset"), "2.04")
        assert raw.receive(QUIET_S) is None
        again = observed(raw)
        assert again.type == CON and again.token == b"raw" and says(again, "2.05")


@with_each()
def obs_05_client_off(port, _):
    """The notification comes again, and later with the new state. The unit test observers_test has the end."""
    with Raw(port) as raw:
        first = observed(raw)
        lost, again, newer = (raw.receive() for _ in range(3))
        assert lost.type == again.type == newer.type == CON
        assert lost.mid == again.mid and lost.mid not in (first.mid, newer.mid)
        assert lost.payload == again.payload
        assert number_in(lost, OBSERVE) < number_in(again, OBSERVE) < number_in(newer, OBSERVE)
        assert newer.payload != lost.payload


@with_each()
def obs_06_reset_by_hand(port, _):
    with Raw(port) as raw:
        observed(raw)
        raw.reset(raw.receive())
        assert raw.receive(QUIET_S) is None


@with_each()
def obs_10_get_does_not_cancel(port, _):
    with Raw(port) as raw:
        observed(raw)
        answer = raw.ask(_coap.GET, "obs", token=b"other")
        assert is_piggybacked(_coap.Message(CON, 1, raw.mid, b"other"), answer, "2.05")
        assert number_in(answer, OBSERVE) is None
        notification = raw.receive()
        assert notification.type == CON and notification.token == b"raw"
        assert number_in(notification, OBSERVE) is not None


@pytest.mark.parametrize("name", SCENARIOS)
def test(name, outcomes, clients):
    if isinstance(missing := clients[SCENARIOS[name][1]], Exception):
        pytest.skip(str(missing))
    outcomes[name].result()
