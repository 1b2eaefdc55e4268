// The demo's resources on a board, and resources that report the board's own state.
#include <charconv>

#include <lwip/memp.h>
#include <lwip/stats.h>

#include "../../examples/demo/demo_site.hpp"
#include "ruler.hpp"
#include "run.hpp"
#include "slow.hpp"
#include "stack.hpp"

extern "C" char heap_size;  // an address, from the linker script, which has no room for a heap

namespace {

using namespace mincoap;

constinit demo::entry entry;
constinit demo::message_log messages;
constinit byte_store<4 * 1024> upload;
constexpr firmware::ruler ruler;

constinit std::uint32_t count = 0;

// The numbers of places are such that the smallest board has RAM for them.
constinit deduplicate<8, 32> repeated;
constinit observers<8> observing;
constexpr std::size_t most_waiting = 4;
constinit separate<most_waiting> waiting;
constinit firmware::slow_requests<most_waiting> slow;

constinit counters counted;

// RFC 7252 §8.2, S * G / R: 50 responses of 100 bytes at 10,000 bytes a second.
constexpr std::uint16_t leisure_ms = 500;

std::uint32_t uptime_s() { return board::now_ms() / 1000; }
std::uint32_t stack_high_water() { return static_cast<std::uint32_t>(firmware::stack_high_water()); }
std::uint32_t read_count() { return count; }
std::uint32_t heap() { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&heap_size)); }

void put_line(body_writer& to, std::string_view name, std::uint32_t number) {
    char digits[10];
    const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    to.put(name);
    to.put(" ");
    to.put(std::string_view{digits, end});
    to.put("\n");
}

void write_counters(body_writer& to) {
    const board::frames frames = board::counted();
    put_line(to, "frames received", frames.received);
    put_line(to, "frames sent", frames.sent);
    put_line(to, "frames dropped", frames.dropped);
    put_line(to, "datagrams dropped", firmware::socket->dropped());
    put_line(to, "datagrams ignored", firmware::socket->ignored());
    put_line(to, "answers unsent", firmware::unsent);
    put_line(to, "served", counted[outcomes::served]);
    put_line(to, "refused", counted[outcomes::refused]);
    put_line(to, "challenged", counted[outcomes::challenged]);
    put_line(to, "malformed", counted[outcomes::malformed]);
    put_line(to, "duplicate", counted[outcomes::duplicate]);
    put_line(to, "observations", static_cast<std::uint32_t>(observing.size()));
    put_line(to, "waiting", static_cast<std::uint32_t>(waiting.size()));
}

// lwIP's memory: the amounts in use, and the largest amounts so far.
void write_memory(body_writer& to) {
    const stats_mem& pool = *lwip_stats.memp[MEMP_PBUF_POOL];
    put_line(to, "pool", pool.used);
    put_line(to, "pool high-water", pool.max);
    put_line(to, "pool size", pool.avail);
    put_line(to, "lwip heap", lwip_stats.mem.used);
    put_line(to, "lwip heap high-water", lwip_stats.mem.max);
    put_line(to, "lwip heap size", lwip_stats.mem.avail);
    put_line(to, "stack high-water", stack_high_water());
    put_line(to, "stack size", static_cast<std::uint32_t>(firmware::stack_size()));
    put_line(to, "heap", heap());
}

reply add_one() { return demo::add_one(count); }
reply wait_for_alarm(const request& r) {
    return later([now_ms = r.now_ms](ticket t) { slow.add(t, now_ms); });
}

reply show(const request& r) { return demo::show(entry, r); }
reply inform(const request& r) { return demo::post_line(messages, "info", r.payload()); }
reply warn(const request& r) { return demo::post_line(messages, "warn", r.payload()); }
void write_log(body_writer& to) { demo::write_log(messages, to); }

constexpr auto cbor_format = content_format::cbor;
constexpr auto plain = content_format::text_plain;

constexpr auto site = routes(
    at<"">(for_groups(text("Hello CoAP"))).title("Greeting").rt("demo.greeting").ct(plain),
    at<"hello">(for_groups(text("Hello CoAP"))),
    at<"led">(value(board::led, board::set_led)).title("Status LED").rt("demo.led").if_("core.a").observable(),
    at<"count">(value(read_count), post(add_one)).title("Counter").rt("demo.count").ct(plain).observable(),
    at<"slow">(get(wait_for_alarm)).title("A slow answer").rt("demo.slow").ct(plain),
    at<"uptime">(value(uptime_s)).title("Uptime, s").if_("core.s").observable(),
    at<"stack">(value(stack_high_water)).title("Stack high-water, bytes").if_("core.s"),
    at<"heap">(value(heap)).title("Heap, bytes").if_("core.s"), at<"memory">(generated(write_memory)).title("Memory"),
    at<"counters">(generated(write_counters)).title("Counters"),
    at<"cbor">(get(show).accepts_option<option::block2>(),
               record<code::put>(entry, demo::entry_fields, demo::is_harmless))
        .title("Record")
        .rt("demo.record")
        .ct(cbor_format),
    at<"message/info">(post(inform).consumes<plain>()).title("Log a message").rt("demo.message"),
    at<"message/warn">(post(warn).consumes<plain>()).title("Log a warning").rt("demo.message"),
    at<"log">(generated(write_log)).title("Latest messages").rt("demo.log").ct(plain),
    at<"poem">(document(demo::poem)).title("A poem").rt("demo.poem").ct(plain).sz(demo::poem.size()),
    at<"upload">(get_blocks(upload), put_blocks(upload))
        .title("Anything")
        .rt("demo.upload")
        .ct(content_format::octet_stream),
    at<"ruler">(get_blocks<plain>(ruler)).title("Offsets, 100 KB").ct(plain).sz(ruler.size), filtered_well_known_core);

}  // namespace

void firmware::main() {
    start();
    static mincoap::server server{*socket,  site,      memory,  make_guard(),
                                  repeated, observing, waiting, leisure<128>{board::random(), leisure_ms},
                                  counted};
    std::uint32_t uptime = 0;
    run(server, [&] {
        slow.complete(server, board::now_ms());
        if (uptime_s() == uptime) return;
        uptime = uptime_s();
        server.changed<"uptime">();
    });
}
