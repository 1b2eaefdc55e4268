// Sends a sequence of arbitrary datagrams to a site of every building block. Each answer must be a well-formed message
// that answers its datagram, and there must be no answer where the RFCs forbid one. A record must stay within its
// limits, and must not change unless a PUT or an iPATCH succeeds.
//
// With a guard, an address gets at most three times the bytes that came from it, until it shows an Echo option that was
// sent to it (RFC 9175 §2.4).
//
// The input begins with a byte for the size of the buffer and a byte for the layers (bit 0: responses are expected,
// bit 1: Message IDs wrap around soon, bit 2: guarded, bit 3: and preemptively). Then follow the datagrams, each behind
// two bytes: its length, and its arrival (bit 0: by multicast, bit 1: truncated, bits 2 to 4: upper bits of the length,
// bit 5: its first Echo option of eight bytes gets the value that was sent last, bit 6: in the next epoch, bit 7: from
// another address).
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <mincoap/mincoap.hpp>

#include "../tests/support/reference_parser.hpp"
#include "require.hpp"

namespace {

using namespace mincoap;

// ---- The site

bool led = false;
std::int8_t level = 0;
std::uint64_t large = 0;
std::optional<decltype(text(""))> message_of_the_day;

reply count_segments(const request& r) {
    std::uint32_t count = 0;
    for (const message::option_view s : r.segments()) count += static_cast<std::uint32_t>(s.value.size()) + 1;
    return {code::content, [count](message::writer& to) {
                to.uint_option(option::max_age, count);
                for (std::uint32_t i = 0; i < count % 64; ++i) to.payload("x");
            }};
}

reply render_cbor(const request& r) {
    const auto length = static_cast<std::uint32_t>(r.payload().size());
    return {code::content, content_format::cbor, [length](message::writer& to) {
                to.uint_option(option::max_age, length);
                to.payload("\x80");
            }};
}

code write_percent(std::int8_t n) { return n >= 0 ? code::changed : code::conflict; }

// A handler that checks its options itself. Forbidden lengths and repetitions do not get here.
reply check_options(const request& r) {
    require((r.critical_options & malformed_options) == 0);
    constexpr option_set known = accepted_by_server | set_of(option::if_match);
    if ((r.critical_options & ~known) != 0) return {code::bad_option, content_format::text_plain, "an option"};
    return content<static_cast<content_format>(65535)>("a text\0with a NUL");
}

constexpr char poem[] = "In a box behind the boiler, where the spiders keep the dust, lives a chip that counts the "
                        "litres through a valve of "
                        "brass and rust. It has two and thirty kilobytes to hold the world it knows, and a crystal "
                        "that is humming while the "
                        "water comes and goes.";

byte_store<300> store;
byte_store<40> small_store;
formatted_store<100> any_format{content_format::json, "{}"};

void count_up(body_writer& to) {
    for (unsigned i = 0; i < 400; ++i) to.put(static_cast<byte>(i));
}

etag tag_of_level() { return etag{std::string_view{level == 0 ? "zero" : "another"}}; }

reply repeat_segment(const request&, std::string_view segment) {
    return {code::content, content_format::text_plain, [size = segment.size()](message::writer& to) {
                for (std::size_t i = 0; i < size; ++i) to.payload("sss");
            }};
}

// Links that are known at run time.
struct nodes {
    static void links(link_writer& to) {
        to.put("</nodes/1>;rt=\"node\"");
        if (led) to.put("</nodes/2>;rt=\"node lamp\"");
    }
    struct get : method<code::get> {
        static reply serve(const nodes&, const request&) { return code::content; }
    };
    using methods = method_list<get>;
};

enum class heating : std::uint8_t { off, on, automatic };

struct settings {
    bool on = false;
    std::int16_t offset = -3;
    heating mode = heating::automatic;
    bounded_text<12> name = "lamp";
    bounded_bytes<4> secret;
    bounded_list<std::uint32_t, 3> times{60, 120};
    std::uint64_t count = 7;
    float gain = 1.5;
    double factor = 0.1;
};
constexpr auto settings_fields =
    fields(field<1>(&settings::on), field<2>(&settings::offset).min(-40).max(85),
           field<-3>(&settings::mode).max(heating::automatic), field<"name">(&settings::name),
           field<1000>(&settings::secret), field<"t">(&settings::times).max(86400),
           field<6>(&settings::count).read_only(), field<7>(&settings::gain), field<8>(&settings::factor));

settings current;
settings behind_functions;

code write_settings(const settings& s) {
    if (s.on && s.offset < 0) return code::forbidden;
    behind_functions = s;
    return code::changed;
}

std::string_view read_name() { return current.name.view(); }
std::optional<std::string_view> read_name_if_on() {
    return current.on ? std::optional{current.name.view()} : std::nullopt;
}

const auto pack = senml<"urn:dev:">(entry<"gain", "dB">(current.gain).sum(current.factor).update_time<60>(),
                                    entry<"offset", "Cel">(current.offset).time(current.factor),
                                    entry<"on">(current.on), entry<"name">(read_name_if_on), entry<"large">(large))
                      .base_time(current.count);

reply toggle(const request& r) {
    if (message_of_the_day) message_of_the_day.reset();
    else message_of_the_day.emplace(text("today"));
    return r.payload().empty() ? code::deleted : code::changed;
}

const auto inner = routes(at<"">(get(count_segments)), below<"x">(post(count_segments), get(count_segments)));
const auto site = routes(
    at<"">(text("root")).title("Root"), at<"led">(value(led)), at<"level">(value(level)), at<"large">(value(large)),
    at<"fixed">(value([] { return 7; })), at<"percent">(value([] { return level; }, write_percent)),
    at<"half">(value([] { return level; }, [](std::int8_t n) { return n % 2 == 0; })),
    at<"cbor">(get(render_cbor), post(render_cbor)), below<"any">(forward(check_options)),
    at<"motd">(optional(message_of_the_day)), at<"toggle">(post(toggle).accepts_option<option::uri_query>()),
    at<"json">(get([] { return content<content_format::json>("{}"); }),
               put(count_segments).consumes<content_format::cbor>().accepts_option<option::if_match>(),
               fetch(count_segments)),
    below<"fs">(get(count_segments), delete_(toggle)), below<"in">(inner),
    below<"i">(routes(at<"j">(text("J")), below<"k">(inner))), at<"doc">(document(poem)),
    at<"made">(generated<content_format::octet_stream>(count_up)), at<"store">(get_blocks(store), put_blocks(store)),
    at<"any">(get_blocks(any_format).max_age<5>(), put_blocks(any_format)), at<"both">(post_blocks(small_store)),
    at<"cond">(conditional(tag_of_level, value(level))), at<"lamps/*">(get(repeat_segment), post(repeat_segment)),
    at<"lamps/*/name">(get(repeat_segment)), below<"*/x">(get(count_segments)), below<"nodes">(nodes{}),
    at<"gate">(confirmed_only(value(led))),
    at<"neg">(negotiated(value(level), get(render_cbor).produces<content_format::cbor>(),
                         put(toggle).consumes<content_format::cbor>())),
    at<"new">(post([] { return created<"things", "id">(12345); })), at<"rec">(record(current, settings_fields)),
    at<"strict">(record(current, settings_fields).deterministic()),
    at<"fn">(record([] { return behind_functions; }, write_settings, settings_fields)),
    at<"all">(conditional(tag_of_level, negotiated(value(level), record(current, settings_fields)))), at<"pack">(pack),
    at<"gain">(senml(read_name, entry<"gain">(current.gain))),
    at<"bad">(get([] { return problem(code::conflict, "Door is open", "It is to be closed."); })),
    filtered_well_known_core);

// ---- What is known of a datagram without the library

// The lengths and repetition that RFCs allow for a critical option (RFC 7252 §5.10, RFC 7959, 8613, 9177, 9668).
struct rule {
    unsigned number;
    std::size_t min_length;
    std::size_t max_length;
    bool repeatable = false;
};
constexpr rule rules[] = {{1, 0, 8, true},    {3, 1, 255},        {5, 0, 0},        {7, 0, 2},     {9, 0, 255},
                          {11, 0, 255, true}, {15, 0, 255, true}, {17, 0, 2},       {19, 0, 3},    {21, 0, 0},
                          {23, 0, 3},         {27, 0, 3},         {31, 0, 3, true}, {35, 1, 1034}, {39, 1, 255}};

test::reference_parser reference;

struct facts {
    bool has_header = false;
    bool well_formed = false;
    bool forbidden = false;  // a critical option has a length or a repetition that is not allowed
    std::optional<unsigned> accept;
    std::optional<unsigned> block2;
    std::optional<std::size_t> echo;  // offset of the value of the first Echo option of eight bytes
    unsigned type = 0;
    unsigned code = 0;
    std::vector<byte> message_id;
    std::vector<byte> token;

    explicit facts(bytes datagram) {
        has_header = datagram.size() >= 4 && datagram[0] / 64 == 1;
        if (!has_header) return;
        type = datagram[0] / 16 % 4;
        code = datagram[1];
        message_id.assign(datagram.begin() + 2, datagram.begin() + 4);
        const std::size_t length = datagram[0] % 16;
        if (length <= 8 && 4 + length <= datagram.size())
            token.assign(datagram.begin() + 4, datagram.begin() + 4 + static_cast<std::ptrdiff_t>(length));
        well_formed = reference.parse(datagram.data(), datagram.size()) == test::reference_parser::verdict::well_formed;
        if (well_formed) read_options(datagram);
    }
    bool is_request() const { return code >= 1 && code < 32; }

    void read_options(bytes datagram) {
        std::uint32_t last = 0;
        for (std::size_t i = 0; i < reference.option_count; ++i) {
            const auto [number, begin, length] = reference.options[i];
            for (const rule& r : rules)
                if (number == r.number &&
                    (length < r.min_length || length > r.max_length || (number == last && !r.repeatable)))
                    forbidden = true;
            last = number;
            if (number == 17) accept = uint(datagram.subspan(begin, length));
            if (number == 23) block2 = uint(datagram.subspan(begin, length));
            if (number == 252 && length == 8 && !echo) echo = begin;
        }
    }

    static unsigned uint(bytes value) {
        unsigned number = 0;
        for (const byte b : value) number = number * 256 + b;
        return number;
    }
};

// Takes the responses that come in, if they are expected.
struct listening {
    bool expects;

    std::size_t receive(exchange& x, auto next) const {
        if (!expects || !is_response_or_ack(x)) return next(x);
        const code c = x.request.message.code();
        require(message::is_response(c) || c == code::empty);
        next.note(x, outcome::named<"taken">());
        return acknowledge(x);
    }
};

// Differs per input, because libFuzzer sees the operands of comparisons, and would learn a constant tag.
security::key key{};

// The bytes that an address has been sent and may be sent, computed without the guard.
struct account {
    static constexpr std::uint32_t epoch_ms = 65'536;
    struct echo {
        std::array<byte, 8> value;
        std::uint32_t epoch;
    };

    std::size_t received = 0;
    std::size_t sent = 0;  // while it was not confirmed
    std::vector<echo> echoes;

    bool confirms(bytes value, std::uint32_t epoch) const {
        return std::ranges::any_of(
            echoes, [&](const echo& e) { return epoch - e.epoch <= 1 && std::ranges::equal(e.value, value); });
    }
    void note(const message::view& answer, std::uint32_t epoch) {
        if (const auto option = answer.options().find(option::echo)) {
            require(option->value.size() == 8);
            std::copy_n(option->value.begin(), 8, echoes.emplace_back(echo{{}, epoch}).value.begin());
        }
    }
};

// ---- What must hold

void check_empty(const message::view& answer, const facts& asked, const net::arrival& about, bool expects) {
    // Only a Confirmable message is rejected or acknowledged by an Empty one.
    require(asked.type == 0 && !about.multicast);
    require(answer.datagram().size() == 4);
    require(std::ranges::equal(answer.datagram().subspan(2, 2), asked.message_id));
    if (answer.type() == message::type::acknowledgement) require(expects && asked.code >= 64);
    else require(answer.type() == message::type::reset);
}

void check_response_header(const message::view& answer, const facts& asked, const net::arrival& about) {
    require(asked.is_request() && asked.type <= 1);
    require(std::ranges::equal(answer.token(), asked.token));
    const bool confirmable = asked.type == 0;
    require(answer.type() == (confirmable ? message::type::acknowledgement : message::type::non_confirmable));
    if (confirmable) require(std::ranges::equal(answer.datagram().subspan(2, 2), asked.message_id));
    require(confirmable || answer.code() != code::bad_option);
    require(!about.multicast || (!confirmable && !is_error(answer.code())));
}

// RFC 7252 §5.9.2.9, RFC 7959 §4: the server answers a truncated request without looking at the rest of it.
void check_too_large(const message::view& answer, const facts& asked, const net::arrival& about) {
    check_response_header(answer, asked, about);
    require(answer.code() == code::request_entity_too_large && answer.payload().empty());
    for (const message::option_view o : answer.options())
        require((o.number == option::size1 && o.uint() >= 16) || (o.number == option::block1 && o.uint() <= 6));
}

// RFC 7959 §2.4: a block begins at the requested offset, and is no larger than requested.
void check_block(bytes payload, unsigned sent, unsigned asked) {
    require((sent & 7) <= (asked & 7) && (sent & 7) < 7);
    require((sent >> 4) << (sent & 7) == (asked >> 4) << (asked & 7));
    const std::size_t size = 16U << (sent & 7);
    require((sent & 8) != 0 ? payload.size() == size : payload.size() <= size);
}

void check_response(const message::view& answer, const facts& asked, const net::arrival& about) {
    check_response_header(answer, asked, about);
    const unsigned answer_class = answer.datagram()[1] / 32U;
    require(answer_class == 2 || answer_class == 4 || answer_class == 5);
    require(asked.well_formed);
    require(!asked.forbidden || answer.code() == code::bad_option);

    // The options of the site's responses are in ascending order, and allowed in a response.
    constexpr option possible[] = {
        option::etag,   option::location_path, option::content_format, option::max_age, option::location_query,
        option::block2, option::block1,        option::size2,          option::size1,   option::echo};
    for (const message::option_view o : answer.options()) {
        require(std::ranges::find(possible, o.number) != std::end(possible));
        if (o.number == option::content_format && answer_class == 2 && asked.accept) require(o.uint() == *asked.accept);
        if (o.number == option::block2) check_block(answer.payload(), o.uint(), asked.block2.value_or(6));
    }
}

// A body that is sent as a whole is one item.
void check_cbor(const message::view& answer) {
    const auto format = answer.options().find(option::content_format);
    if (answer.code() != code::content || !format || answer.options().find(option::block2)) return;
    if (format->uint() != 60 && format->uint() != 112) return;
    cbor::reader in{answer.payload()};
    in.skip();
    require(in.finish() == cbor::read_error::none);
}

std::vector<byte> encoded(const settings& s) {
    std::vector<byte> memory(128);
    body_writer body{memory};
    cbor::writer to{body};
    settings_fields.encode(s, to);
    require(body.size() <= memory.size());
    memory.resize(body.size());
    return memory;
}

// Checks that the record is within its limits: decoding its own encoding succeeds.
void check_record(const settings& s) {
    settings same = s;
    require(settings_fields.decode<cbor::mode::deterministic>(encoded(s), same) == cbor::read_error::none);
    require(s.count == settings{}.count);
}

// The records before a datagram. `check` compares them with those after it.
struct records_before {
    std::vector<byte> variable = encoded(current);
    std::vector<byte> functions = encoded(behind_functions);

    void check(const facts& asked, bytes answer) const {
        const bool changes = asked.code == 3 || asked.code == 7;  // PUT, iPATCH
        const bool succeeds = !answer.empty() && answer[1] / 32 == 2;
        require((changes && succeeds) || (variable == encoded(current) && functions == encoded(behind_functions)));
        check_record(current);
        check_record(behind_functions);
    }
};

std::uint32_t total(const counters& counted) {
    std::uint32_t sum = 0;
    for (const counters::counted& c : counted.all()) sum += c.times;
    return sum;
}

// RFC 9175 §2.4: only the Echo option that was sent to an address confirms it.
void check_limit(const origin& from, std::size_t sent, bool confirmed, account& with) {
    require(from.confirmed == confirmed);
    with.received += from.size;
    if (!confirmed) {
        with.sent += sent;
        require(sent <= 3 * from.size && with.sent <= 3 * with.received);
    }
}

// The server, and the state that the checks need.
template <bool IsGuarded, typename Stack>
struct run {
    Stack& stack;
    const counters& counted;
    std::size_t capacity;
    bool expects;
    std::uint32_t epoch = 0;
    std::uint32_t last_id = 0x1'0000;  // Message ID of the last Non-confirmable response; no ID at first

    // RFC 7252 §4.4: no two in a row have the same Message ID.
    void check_message_id(const message::view& answer) {
        if (answer.type() != message::type::non_confirmable) return;
        require(answer.message_id() != last_id);
        last_id = answer.message_id();
    }

    void exchange_one(bytes datagram, const net::arrival& about, account& with) {
        constexpr std::size_t guard = 8;
        constexpr byte guard_value = 0xee;
        std::vector<byte> memory(guard + capacity + guard, guard_value);
        const mutable_bytes buffer = mutable_bytes{memory}.subspan(guard, capacity);
        origin from{about};
        from.size = std::min(datagram.size(), capacity);
        from.truncated = about.truncated || datagram.size() > capacity;
        std::copy_n(datagram.begin(), from.size, buffer.begin());

        const facts asked{datagram.first(from.size)};
        const bool confirmed = asked.well_formed && !from.truncated && asked.echo &&
                               with.confirms(datagram.subspan(*asked.echo, 8), epoch);
        const records_before records;
        const std::uint32_t before = total(counted);
        const std::uint32_t truncated_before = counted[outcomes::truncated];
        const std::size_t size = stack.receive(buffer, from, epoch * account::epoch_ms);

        require(total(counted) == before + 1);
        require(counted[outcomes::truncated] == truncated_before + (from.truncated ? 1 : 0));
        require(size <= capacity);
        require(std::all_of(memory.begin(), memory.begin() + guard, [](byte b) { return b == guard_value; }));
        require(std::all_of(memory.end() - guard, memory.end(), [](byte b) { return b == guard_value; }));
        if constexpr (IsGuarded) check_limit(from, size, confirmed, with);
        records.check(asked, buffer.first(size));
        if (size == 0) {  // a Confirmable message is never left without an answer (RFC 7252 §4.2)
            require(!asked.has_header || asked.type != 0 || about.multicast);
            return;
        }

        require(asked.has_header && asked.type <= 1);
        const auto answer = message::view::parse(buffer.first(size));
        require(answer.has_value());
        if (answer->code() == code::empty) check_empty(*answer, asked, about, expects && !from.truncated);
        else if (from.truncated) check_too_large(*answer, asked, about);
        else check_response(*answer, asked, about);
        check_message_id(*answer);
        check_cbor(*answer);
        with.note(*answer, epoch);
    }
};

// Puts the Echo value that was sent last into the first Echo option of eight bytes.
void echo_last(std::vector<byte>& datagram, const account& with) {
    const facts asked{datagram};
    if (with.echoes.empty() || !asked.well_formed || !asked.echo) return;
    std::ranges::copy(with.echoes.back().value, datagram.begin() + static_cast<std::ptrdiff_t>(*asked.echo));
}

net::arrival arrival_of(byte how) {
    net::arrival about;
    about.multicast = (how & 1) != 0;
    about.truncated = (how & 2) != 0;
    about.route.remote = net::ipv4(192, 0, 2, 1, (how & 0x80) != 0 ? 5683 : 40000);
    return about;
}

template <bool IsGuarded>
void exchange_all(bytes input, std::size_t capacity, byte how_served, auto guard) {
    const bool expects = (how_served & 1) != 0;
    counters counted;
    stack served{site, guard, listening{expects}, counted};
    if ((how_served & 2) != 0) served.start_message_ids_at(0xfff0);
    run<IsGuarded, decltype(served)> all{served, counted, capacity, expects};
    std::array<account, 2> accounts;
    while (input.size() >= 2) {
        const byte how = input[1];
        const std::size_t length = std::min<std::size_t>(input[0] | (how & 0x1cU) << 6, input.size() - 2);
        std::vector<byte> datagram(input.begin() + 2, input.begin() + 2 + static_cast<std::ptrdiff_t>(length));
        account& with = accounts[how >> 7];
        if ((how & 0x20) != 0) echo_last(datagram, with);
        if ((how & 0x40) != 0) ++all.epoch;
        all.exchange_one(datagram, arrival_of(how), with);
        input = input.subspan(2 + length);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    led = false;
    level = 0;
    large = 0;
    message_of_the_day.reset();
    current = {};
    behind_functions = {};
    store = {};
    small_store = {};
    key = {etag{bytes{data, size}}.number()};
    const std::size_t capacity = data[0] < 240 ? ((data[1] & 4) != 0 ? 22U : 12U) + data[0] : 1152;
    const bytes datagrams{data + 2, size - 2};
    if ((data[1] & 4) == 0) exchange_all<false>(datagrams, capacity, data[1], unguarded{});
    else if ((data[1] & 8) == 0) exchange_all<true>(datagrams, capacity, data[1], echo_guard{key});
    else exchange_all<true>(datagrams, capacity, data[1], echo_guard{key}.preemptive());
    return 0;
}
