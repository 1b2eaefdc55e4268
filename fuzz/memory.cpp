// Runs a program against a server with memory, on a virtual clock: `deduplicate`, `observers` and `separate` behind a
// guard. Clients send requests, copies, Acknowledgements, Resets and raw bytes; resources change, tickets are
// completed, the socket blocks and fails, clients fall silent, and the clock goes on by milliseconds or days.
//
// The oracle (memory_oracle.hpp) checks each message. At the end of each program the network becomes good: each client
// that listens must get the last state. Then all fall silent: all tables must be empty once the timeouts are over.
//
// The input begins with a byte for the composition (bits 0 and 1), for the clock (bit 2: it wraps around soon) and for
// the clients that never come back (bits 4 to 7), and a byte for the clients that acknowledge (bits 0 to 3). Then
// follow the steps, each a byte and its operands: see `step`.
#include "memory_clock.hpp"
#include "memory_oracle.hpp"
#include "memory_program.hpp"

namespace {

using namespace mincoap;
using namespace mincoap::fuzz;

// ---- Compositions

struct usual {
    static constexpr rules of{true, 5, 5000};
    static constexpr bool keeps_all = false;
    static constexpr std::size_t copies = 4, copy_bytes = 24, observations = 4, tickets = 3;
    deduplicate<4, 24> repeated;
    observers<4, 48> observing;
    separate<3, 5000> waiting;
    static auto guard(const security::key& key) { return echo_guard{key}; }
};
struct keeping_all {
    static constexpr rules of{true, 0, 30'000};
    static constexpr bool keeps_all = true;
    static constexpr std::size_t copies = 8, copy_bytes = 40, observations = 3, tickets = 2;
    deduplicate<8, 40, every_request> repeated;
    observers<3, 40, 0> observing;
    separate<2, 30'000> waiting;
    static auto guard(const security::key& key) { return echo_guard{key}.preemptive(); }
};
struct without_guard {
    static constexpr rules of{false, 2, 100'000};
    static constexpr bool keeps_all = false;
    static constexpr std::size_t copies = 4, copy_bytes = 12, observations = 2, tickets = 1;
    deduplicate<4, 12> repeated;
    observers<2, 60, 2> observing;
    separate<1, 100'000> waiting;
    static auto guard(const security::key&) { return unguarded{}; }
};

// Differs per input, because libFuzzer sees the operands of comparisons, and would learn a constant tag.
security::key key{};

template <typename Composition>
class run : clockwork<run<Composition>> {
    friend clockwork<run>;
    using clockwork<run>::pass;
    using clockwork<run>::rest;
    using clockwork<run>::now_ms;

public:
    explicit run(program p, unsigned how, unsigned acking)
        : program_(p), alive_(~how >> 4 & 15), acking_(acking & 15),
          start_ms_((how & 4) != 0 ? 0xffff'ffffU - 20'000U : 1'000'000U) {
        server_.start_message_ids_at((how & 8) != 0 ? 0xfffa : 7);
    }

    void all() {
        for (unsigned steps = 0; !program_.is_over() && steps < 200; ++steps) {
            step(program_.next());
            rest();
        }
        become_good();
        fall_silent();
        use_all_places();
    }

private:
    static constexpr time_ms longest_run = 40ULL * 24 * 3'600'000;

    // ---- Steps

    void step(unsigned what) {
        switch (what & 15) {
            case 8: return copy(program_.next());
            case 9: return react(program_.next());
            case 10: return pass(std::min(duration(program_.next()), longest_run - oracle_.now));
            case 11: return change(program_.next());
            case 12: return complete(program_.next());
            case 13: return control(program_.next());
            case 14: return deliver({program_.next() & 3U, locals[0], raw(program_.next()), false});
            case 15: return react_to_last(what);
            default: return ask(wish{program_});
        }
    }
    // Each message comes at another millisecond.
    void deliver(datagram d) {
        pass(1);
        sent_.push_back(d);
        wire_.incoming.push_back(std::move(d));
    }
    void ask(const wish& w) {
        if (w.has_echo() && Composition::of.confirms) obtain_echo(w.peer());
        const auto& echoes = oracle_.all_peers[w.peer()].echoes;
        const bool has_echo = w.has_echo() && !echoes.empty();
        deliver(request_of(w, next_id_++, has_echo ? echoes.back().first : std::vector<byte>{}, tag_of_body_));
    }
    // A large response makes the guard ask for an Echo option.
    void obtain_echo(std::size_t peer) {
        if (oracle_.now - echo_ms_[peer] < 60'000 && !oracle_.all_peers[peer].echoes.empty()) return;
        echo_ms_[peer] = oracle_.now;
        deliver(request_of({static_cast<unsigned>(peer), 2, 0, 0}, next_id_++, {}, 1));
        rest();
    }
    void copy(unsigned which) {
        if (sent_.empty()) return;
        datagram d = sent_[sent_.size() - 1 - (which & 15) % sent_.size()];
        if ((which & 0x10) != 0) d.peer = which >> 5 & 3;
        deliver(d);
    }
    // An Acknowledgement or Reset for one of the last messages: bits 0 to 2: which, bit 3: Reset, bit 4: another
    // Message ID, bit 5: from another client.
    void react(unsigned how) {
        if (emitted_.empty()) return;
        const datagram& m = emitted_[emitted_.size() - 1 - (how & 7) % emitted_.size()];
        const auto id = static_cast<std::uint16_t>(m.id() + ((how & 0x10) != 0 ? 1 : 0));
        const std::size_t peer = (how & 0x20) != 0 ? how >> 6 & 3 : m.peer;
        deliver(empty_message(peer, m.local, (how & 8) != 0 ? 3 : 2, id));
    }
    void react_to_last(unsigned what) { react((what & 0x10) != 0 ? 8 : 0); }
    std::vector<byte> raw(unsigned length) {
        const bytes some = program_.next(length & 63);
        return {some.begin(), some.end()};
    }
    void change(unsigned how) {
        const char path = "rcbwsfss"[how & 7];
        if (path == 's' && (how & 0x20) != 0) state.of_s = static_cast<mood>(how >> 6);
        fuzz::change(path);
        oracle_.changed(path), oracle_.touched(path);
        const std::string_view segment{&path, 1};
        server_.changed({&segment, 1}, (how & 8) != 0 ? message::type::confirmable : message::type::non_confirmable);
    }
    void complete(unsigned how) {
        if (state.started.empty()) return;
        const ticket t = state.started[state.started.size() - 1 - (how & 15) % state.started.size()];
        const bool fails = (how & 0x10) != 0;
        const bool is_taken = server_.complete(t, fails ? reply{code::service_unavailable} : content("done"));
        oracle_.completed(t, is_taken, fails ? 0xa3 : 0x45, fails ? "" : "done");
    }
    void control(unsigned how) {
        constexpr net::status statuses[] = {net::status::done, net::status::would_block, net::status::failed,
                                            net::status::done};
        if ((how & 0x10) == 0) wire_.sends = statuses[how & 3];
        else if ((how & 0x20) == 0) listening_ = how & 15;
        else acking_ = how & 15;
    }

    // ---- The clock

    poll_result poll() {
        wire_.begin(), outer_.begin(), inner_.begin();
        const world before = state;
        const poll_result became = server_.poll(now_ms());
        if (wire_.sends != net::status::done) oracle_.blocked = oracle_.now;
        if (!server_.is_blocked()) wire_.is_holding = false;
        if (wire_.taken) trace(oracle_.now, "from", *wire_.taken);
        if (wire_.made) trace(oracle_.now, "to  ", *wire_.made);
        if (wire_.taken) note_answer(before);
        else if (wire_.made) emitted_.push_back(*wire_.made), oracle_.emitted(*wire_.made);
        if (!wire_.taken) require(state.carried_out == before.carried_out);
        if (wire_.delivered) note_delivery(*wire_.delivered);
        return became;
    }
    void note_answer(const world& before) {
        const datagram& d = *wire_.taken;
        require(outer_.calls == 1 && inner_.calls <= 1);
        require(state.carried_out - before.carried_out <= inner_.calls);
        copies_.check(d, oracle_.now, outer_, inner_);
        note_changes(before);
        if (inner_.calls == 1 && d.view() && !message::is_safe(d.view()->code())) oracle_.touched(d.path());
        if (wire_.made && d.path() == 'b') tag_of_body_ = wire_.made->number(option::etag).value_or(tag_of_body_);
        const std::size_t waits = state.started.size() - before.started.size();
        require(waits <= inner_.calls);
        oracle_.answered(d, wire_.made, outer_.is_confirmed, inner_.calls == 1);
        if (waits != 0) oracle_.waits(d, state.started.back());
    }
    void note_changes(const world& before) {
        if (state.level != before.level) oracle_.changed('r');
        if (state.count != before.count) oracle_.changed('c');
        if (state.guarded != before.guarded) oracle_.changed('w');
    }
    void note_delivery(const datagram& m) {
        if ((listening_ >> m.peer & 1) == 0) return;
        oracle_.delivered(m);
        if (m.is_con() && (acking_ >> m.peer & 1) != 0)
            wire_.incoming.push_back(empty_message(m.peer, m.local, 2, m.id()));
    }

    // ---- The end

    void become_good() {
        wire_.sends = net::status::done;
        listening_ = acking_ = alive_;
        rest();
        pass(500'000);
        oracle_.consistent(alive_);
    }
    void fall_silent() {
        listening_ = acking_ = 0;
        pass(27 * 3'600'000);
        require(composition_.observing.size() == 0 && composition_.waiting.size() == 0);
        require(server_.idle_ms(now_ms()) == forever_ms);
    }
    // At two of the server's addresses: a place that was not released would be missed.
    void use_all_places() {
        state.of_s = mood::text;
        listening_ = acking_ = 15;
        for (unsigned i = 0; i < Composition::observations; ++i)
            ask({0x20U | (i & 1U ? 0x0cU : 0x00U) | i % 4, 0x80, 0, 1 + (i / 4 << 2)}), rest();
        for (unsigned i = 0; i < Composition::tickets; ++i) ask({0x20U | (i & 1U ? 0x08U : 0x04U), 6, 0, 2}), rest();
        require(composition_.observing.size() == Composition::observations);
        require(composition_.waiting.size() == Composition::tickets);
    }

    program program_;
    unsigned alive_;
    unsigned acking_;
    unsigned listening_ = 15;
    std::uint32_t start_ms_;
    std::uint16_t next_id_ = 0;
    std::uint32_t tag_of_body_ = 1;  // the last one that a client got
    std::vector<datagram> sent_;
    std::vector<datagram> emitted_;
    std::array<time_ms, peer_count> echo_ms_{};
    oracle oracle_{Composition::of};
    copies copies_{Composition::copies, Composition::copy_bytes, Composition::keeps_all};
    wire wire_;
    outer_watch outer_;
    inner_watch inner_;
    Composition composition_;
    server_memory<192> memory_;
    decltype(Composition::guard(key)) guard_ = Composition::guard(key);
    server<wire, decltype(site), server_memory<192>&, decltype(guard_)&, outer_watch&, decltype(composition_.repeated)&,
           inner_watch&, decltype(composition_.observing)&, decltype(composition_.waiting)&, no_response>
        server_{wire_,
                site,
                memory_,
                guard_,
                outer_,
                composition_.repeated,
                inner_,
                composition_.observing,
                composition_.waiting,
                no_response{}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    state = {};
    key = {etag{bytes{data, size}}.number(), 1, 2, 3};
    const program steps{bytes{data + 2, size - 2}};
    if ((data[0] & 3) == 1) run<keeping_all>{steps, data[0], data[1]}.all();
    else if ((data[0] & 3) == 2) run<without_guard>{steps, data[0], data[1]}.all();
    else run<usual>{steps, data[0], data[1]}.all();
    return 0;
}
