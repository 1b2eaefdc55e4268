"""Large bodies, block by block (RFC 7959): /poem to be read, and /upload to be written and read."""

import random

import _coap
import _demo
import pytest
from _coap import BLOCK1, BLOCK2, CONTENT_FORMAT, ETAG, GET, NON, PUT, SIZE1, code

MAX_AGE = 14
SIZE2 = 28
REQUEST_TAG = 292
POEM_SIZE = 1338
CAPACITY = 128 * 1024
SIZES = [16, 32, 64, 128, 256, 512, 1024]
AS_TEXT = (CONTENT_FORMAT, b"")
AS_BYTES = (CONTENT_FORMAT, _coap.uint(42))
BODY = random.Random(1).randbytes(100_000)
DONE = (code("2.01"), code("2.04"))  # by whether there was something before
OTHER = random.Random(2).randbytes(100_000)


def block(number, size, more=False):
    """The value of a Block option (section 2.2)."""
    return _coap.uint(number << 4 | more << 3 | SIZES.index(size))


def one(answer, number):
    """The value of an option that is there once."""
    (value,) = (value for n, value in answer.options if n == number)
    return value


def has(answer, number):
    return any(n == number for n, _ in answer.options)


def get(peer, path, *options, **fields):
    return peer.request(GET, path, options, **fields)


def get_block(peer, path, number, size):
    return get(peer, path, (BLOCK2, block(number, size)))


def read(peer, path, size):
    """Reads a whole body. Each block tells its position, whether more follow, and the version of its body (ETag)."""
    body, tags, more = b"", set(), True
    while more:
        answer = get_block(peer, path, len(body) // size, size)
        assert answer.code == code("2.05")
        value = int.from_bytes(one(answer, BLOCK2), "big")
        more = bool(value & 8)
        assert (value >> 4, value & 7) == (len(body) // size, SIZES.index(size))
        assert len(answer.payload) == size if more else len(answer.payload) <= size
        body += answer.payload
        tags.add(one(answer, ETAG))
    assert len(tags) == 1
    return body


def put_block(peer, body, number, size, *options):
    """Sends a block of that body. It is the last one if the body ends there."""
    at = number * size
    more = at + size < len(body)
    return peer.request(PUT, "upload", [AS_BYTES, (BLOCK1, block(number, size, more)), *options], body[at:at + size])


def write(peer, body, size):
    """Section 2.5: each block but the last gets 2.31 (Continue). The last one gets the code for the whole request: 2.01
    (Created) if the resource was empty, else 2.04 (Changed). Responses echo Block1 (section 2.3)."""
    done = code("2.04" if get(peer, "upload").code == code("2.05") else "2.01")
    count = -(-len(body) // size)
    for number in range(count):
        answer = put_block(peer, body, number, size)
        last = number == count - 1
        assert answer.code == (done if last else code("2.31"))
        assert answer.options == ((BLOCK1, block(number, size, not last)),)
        assert answer.payload == b""


@pytest.fixture(scope="module")
def poem(server):
    peer = _demo.Peer(server.port)
    body = read(peer, "poem", 1024)
    peer.close()
    assert len(body) == POEM_SIZE
    return body


@pytest.mark.parametrize("size", SIZES)
def test_poem_by_blocks_of_every_size(peer, poem, size):
    """RFC 7959, section 2.2: blocks of 16 to 1,024 bytes."""
    assert read(peer, "poem", size) == poem


@pytest.mark.parametrize("size", SIZES)
def test_blocks_in_any_order(peer, poem, size):
    """RFC 7959, section 2.4: a client can request any block, any number of times."""
    numbers = [*range(-(-POEM_SIZE // size))] * 2
    random.Random(3).shuffle(numbers)
    for number in numbers:
        assert get_block(peer, "poem", number, size).payload == poem[number * size:(number + 1) * size]


def test_sizes_that_change(peer, poem):
    """RFC 7959, section 2.4: a client may go on with smaller blocks, by their numbers."""
    first = get_block(peer, "poem", 0, 1024)
    rest = [get_block(peer, "poem", number, 64) for number in range(16, 21)]
    assert b"".join(a.payload for a in [first, *rest]) == poem
    assert len({one(a, ETAG) for a in [first, *rest]}) == 1


def test_poem_without_block2(peer, poem):
    """RFC 7959, section 2.4: the response to a request without Block2 is the first block if the body does not fit. The
    demo's messages have up to 1,152 bytes, so that block has 1,024."""
    for message_type in (_coap.CON, NON):
        answer = get(peer, "poem", message_type=message_type)
        assert (answer.code, answer.payload) == (code("2.05"), poem[:1024])
        assert answer.options == ((ETAG, one(answer, ETAG)), AS_TEXT, (BLOCK2, block(0, 1024, more=True)))


def test_what_fits_is_sent_whole(peer):
    """RFC 7959, section 2.4: a response that is one of several blocks has Block2. If the request has Block2, so does
    the response, even for the only block."""
    assert not has(get(peer, "log"), BLOCK2)
    assert one(get_block(peer, "cbor", 0, 1024), BLOCK2) == block(0, 1024)


@pytest.mark.parametrize("number", [1338 // 16 + 1, 1000, 0xFFFFF])
@pytest.mark.parametrize("size", SIZES)
def test_past_the_end(peer, number, size):
    """RFC 7959, section 2.2 leaves the answer open; 4.00 (Bad Request) is this server's."""
    answer = get_block(peer, "poem", number, size)
    assert (answer.code, answer.payload) == (code("4.00"), b"")


@pytest.mark.parametrize("value", [7, 0x0F, 0x17, 0xFFFFFF])
def test_reserved_size(peer, value):
    """RFC 7959, section 2.2: SZX 7 is reserved, and "MUST lead to a 4.00 Bad Request response code upon reception in a
    request"."""
    assert get(peer, "poem", (BLOCK2, _coap.uint(value))).code == code("4.00")
    answer = peer.request(PUT, "upload", [AS_BYTES, (BLOCK1, _coap.uint(value))], b"x" * 16)
    assert answer.code == code("4.00")


def test_malformed_block_options(peer):
    """RFC 7252, sections 5.4.3 and 5.4.5: a Block option with four bytes, or twice in a message, counts as
    unrecognised, and it is critical."""
    assert get(peer, "poem", (BLOCK2, b"\0\0\0\0")).code == code("4.02")
    assert get(peer, "poem", (BLOCK2, b""), (BLOCK2, b"")).code == code("4.02")
    assert get(peer, "poem", (BLOCK1, b"\x08")).code == code("4.02")
    assert get(peer, "time", (BLOCK2, b"\0\0\0\0")).code == code("4.02")


def test_size2(peer):
    """RFC 7959, section 4: the response has the size if the request asks for it."""
    answer = get(peer, "poem", (BLOCK2, block(0, 16)), (SIZE2, b""))
    assert one(answer, SIZE2) == _coap.uint(POEM_SIZE)
    assert not has(get_block(peer, "poem", 0, 16), SIZE2)


def test_poem_that_is_known(peer):
    """RFC 7252, section 5.10.6.2: 2.03 (Valid) without a payload for a client that has the body."""
    tag = one(get(peer, "poem"), ETAG)
    assert 1 <= len(tag) <= 8
    answer = get(peer, "poem", (ETAG, b"another"), (ETAG, tag))
    assert (answer.code, answer.options, answer.payload) == (code("2.03"), ((ETAG, tag),), b"")
    assert get(peer, "poem", (ETAG, b"another")).code == code("2.05")
    assert get(peer, "poem", (ETAG, b"\0" + tag)).code == code("2.05")


def test_clients_that_take_turns(server, peer, poem):
    """The server keeps no state per reader, so any number of clients can read at once, each in its own block size."""
    readers = [_demo.Peer(server.port) for _ in SIZES]
    bodies = [b""] * len(SIZES)
    while any(len(body) < POEM_SIZE for body in bodies):
        for i, size in enumerate(SIZES):
            if len(bodies[i]) < POEM_SIZE:
                bodies[i] += get_block(readers[i], "poem", len(bodies[i]) // size, size).payload
    assert bodies == [poem] * len(SIZES)
    for reader in readers:
        reader.close()


def test_nothing_is_there_at_first(new_peer):
    """RFC 7252, sections 5.8.1 and 5.10.8: GET finds no body, If-Match fails with any ETag, and PUT creates it."""
    answer = get(new_peer, "upload")
    assert (answer.code, answer.options, answer.payload) == (code("4.04"), (), b"")
    for tag in (b"", bytes.fromhex("811c9dc5")):  # the hash of nothing
        assert new_peer.request(PUT, "upload", [(_coap.IF_MATCH, tag), AS_BYTES], b"x").code == code("4.12")
    assert get(new_peer, "upload").code == code("4.04")
    put = [(_coap.IF_NONE_MATCH, b""), AS_BYTES]
    for _ in range(2):  # the second one is the first one again, whose answer was lost
        assert new_peer.request(PUT, "upload", put, b"x", mid=0x1233).code == code("2.01")
    assert new_peer.request(PUT, "upload", put, b"x").code == code("4.12")
    assert new_peer.request(PUT, "upload", [AS_BYTES], b"y").code == code("2.04")
    assert get(new_peer, "upload").payload == b"y"


@pytest.mark.parametrize("size", [1024, 256, 64])
def test_upload_and_read_back(peer, size):
    """RFC 7959, sections 2.4 and 2.5: 100 KB, there and back."""
    body = random.Random(size).randbytes(100_000)
    write(peer, body, size)
    assert read(peer, "upload", 1024) == body
    assert one(get(peer, "upload", (SIZE2, b"")), SIZE2) == _coap.uint(len(body))


def test_upload_of_one_datagram(peer):
    """Without Block1 the payload is the whole body and replaces the former one."""
    write(peer, BODY[:5000], 1024)
    answer = peer.request(PUT, "upload", [AS_BYTES], b"short")
    assert (answer.code, answer.options) == (code("2.04"), ())
    assert get(peer, "upload").payload == b"short"


def test_block_that_comes_again(new_peer):
    """A repeated last block, whose answer was lost, changes nothing and gets the same answer as the first time."""
    body = BODY[:5000]
    for number in range(5):
        for _ in range(3):
            answer = put_block(new_peer, body, number, 1024, (_coap.IF_NONE_MATCH, b""))
            assert answer.code == code("2.01" if number == 4 else "2.31")
    assert read(new_peer, "upload", 1024) == body


def test_empty_last_block_that_comes_again(peer):
    """The client finds out late that no more data follow."""
    write(peer, BODY[:1024], 1024)
    for _ in range(3):
        assert put_block(peer, BODY, 0, 1024).code == code("2.31")
        for _ in range(3):
            answer = peer.request(PUT, "upload", [AS_BYTES, (BLOCK1, block(1, 1024))])
            assert answer.code in DONE
    assert read(peer, "upload", 1024) == BODY[:1024]


def test_gap(peer):
    """RFC 7959, section 2.9.2: 4.08 (Request Entity Incomplete) if a block is missing. The resource stays empty until
    the body is complete."""
    assert put_block(peer, BODY, 0, 1024).code == code("2.31")
    answer = put_block(peer, BODY, 2, 1024)
    assert (answer.code, answer.payload) == (code("4.08"), b"")
    assert get(peer, "upload").code == code("4.04")
    assert put_block(peer, BODY[:2500], 1, 1024).code == code("2.31")
    assert put_block(peer, BODY[:2500], 2, 1024).code in DONE


def test_uploads_of_two_clients(server, peer):
    """RFC 7959, section 2.5: the server never mixes the bodies of two clients. The response to the second client says
    when to try again (RFC 7252, section 5.9.3.4). Its later blocks belong to no upload in progress."""
    other = _demo.Peer(server.port)
    for number in range(97):
        assert put_block(peer, BODY, number, 1024).code == code("2.31")
        answer = put_block(other, OTHER, number, 1024)
        assert answer.code == code("5.03" if number == 0 else "4.08")
        assert number != 0 or int.from_bytes(one(answer, MAX_AGE), "big") in (9, 10)
    assert put_block(peer, BODY, 97, 1024).code in DONE
    assert read(peer, "upload", 1024) == BODY
    write(other, OTHER, 1024)
    assert put_block(peer, BODY, 97, 1024).code == code("4.08")
    assert read(peer, "upload", 1024) == OTHER
    other.close()


def test_uploads_of_one_client_with_request_tags(peer):
    """RFC 9175, section 3.3: they are two operations."""
    first, second = (REQUEST_TAG, b"\1"), (REQUEST_TAG, b"\2")
    body = BODY[:2000]
    assert put_block(peer, body, 0, 1024, first).code == code("2.31")
    assert put_block(peer, OTHER, 0, 1024, second).code == code("5.03")
    assert put_block(peer, OTHER, 1, 1024, second).code == code("4.08")
    assert put_block(peer, body, 1, 1024, first).code in DONE
    assert read(peer, "upload", 1024) == body


def test_blocks_of_a_wrong_size(peer):
    """RFC 7959, section 2.3: a block with more to come is as large as its option says; the last one is not larger."""
    for payload, more in ((b"x" * 15, True), (b"x" * 17, True), (b"", True), (b"x" * 17, False)):
        answer = peer.request(PUT, "upload", [AS_BYTES, (BLOCK1, block(0, 16, more))], payload)
        assert answer.code == code("4.00"), payload


def test_too_large(peer):
    """RFC 7959, sections 2.9.3 and 4: 4.13 (Request Entity Too Large) with the largest possible Size1. If the client
    tells the size, it gets this response at once, and the former body stays."""
    write(peer, b"kept" * 500, 1024)
    possible = (SIZE1, _coap.uint(CAPACITY))
    answer = put_block(peer, BODY, 0, 1024, (SIZE1, _coap.uint(CAPACITY + 1)))
    assert (answer.code, answer.options) == (code("4.13"), (possible,))
    answer = put_block(peer, bytes(CAPACITY + 1), CAPACITY // 1024, 1024)
    assert (answer.code, answer.options) == (code("4.13"), (possible,))
    answer = peer.request(PUT, "upload", [AS_BYTES, (BLOCK1, block(0xFFFFF, 1024))], b"x")
    assert (answer.code, answer.options) == (code("4.13"), (possible,))
    assert read(peer, "upload", 1024) == b"kept" * 500


def test_as_large_as_possible(peer):
    body = random.Random(4).randbytes(CAPACITY)
    write(peer, body, 1024)
    assert read(peer, "upload", 1024) == body


def test_format_of_an_upload(peer):
    """RFC 7252, section 5.9.2.11."""
    answer = peer.request(PUT, "upload", [AS_TEXT, (BLOCK1, block(0, 16))], b"text")
    assert answer.code == code("4.15")


def test_conditional_upload(peer):
    """RFC 7252, section 5.10.8: the server checks the condition once, when the first block comes."""
    write(peer, b"mine" * 500, 1024)
    tag = one(get(peer, "upload"), ETAG)
    body = b"next" * 500
    assert put_block(peer, body, 0, 1024, (_coap.IF_MATCH, b"other")).code == code("4.12")
    assert put_block(peer, body, 0, 1024, (_coap.IF_NONE_MATCH, b"")).code == code("4.12")
    assert read(peer, "upload", 1024) == b"mine" * 500
    for _ in range(3):  # the former body is gone the second time, but the condition was met
        assert put_block(peer, body, 0, 1024, (_coap.IF_MATCH, tag)).code == code("2.31")
    assert put_block(peer, body, 1, 1024, (_coap.IF_MATCH, tag)).code == code("2.04")
    assert read(peer, "upload", 1024) == body
