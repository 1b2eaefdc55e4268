// Measures a server: requests by method and response, outcomes of datagrams, and the time that a
// datagram takes. See prometheus.hpp for the text that Prometheus reads.
//
//     metrics<posix::now_us> measured;
//     server server{socket, site, measured, echo_guard{key}};
//     write_prometheus(text, measured.read());
//
// List it in front of all other layers, so that the time includes theirs.
#pragma once

#include <array>
#include <span>

#include <mincoap/server/layer_checks.hpp>

namespace mincoap {

// Numbers since the start. Each wraps around at 2^32 or 2^64, which Prometheus takes for a restart.
struct measurements {
    // The method codes 1 to 7, GET to iPATCH, and all other ones.
    static constexpr std::size_t methods = 8;

    // No response, 2.xx, 4.xx, 5.xx.
    static constexpr std::size_t responses = 4;

    // The upper bounds of the service times, in microseconds. One more bucket has no bound.
    static constexpr std::array<std::uint32_t, 9> bounds_us{10, 25, 100, 250, 1000, 2500, 10'000, 100'000, 1'000'000};

    struct counted {
        outcome what;
        std::size_t times = 0;
    };
    static constexpr std::size_t max_kinds = 20;

    std::array<std::array<std::size_t, responses>, methods> requests{};
    std::array<std::size_t, bounds_us.size() + 1> service_times{};  // each in one bucket only
    std::uint64_t service_time_us = 0;                              // the sum
    std::array<counted, max_kinds> outcomes{};
    std::size_t kinds = 0;  // the number of kinds of outcomes; further kinds are not counted

    // Adds the numbers of another server, such as one on another core.
    constexpr measurements& operator+=(const measurements& more) {
        for (std::size_t m = 0; m < methods; ++m)
            for (std::size_t r = 0; r < responses; ++r) requests[m][r] += more.requests[m][r];
        for (std::size_t i = 0; i < service_times.size(); ++i) service_times[i] += more.service_times[i];
        service_time_us += more.service_time_us;
        for (const counted& c : std::span{more.outcomes}.first(more.kinds)) add(c);
        return *this;
    }

    // Returns the index of an outcome; `kinds` if it has not occurred.
    constexpr std::size_t index_of(outcome o) const {
        std::size_t i = 0;
        while (i < kinds && !(outcomes[i].what == o)) ++i;
        return i;
    }

private:
    constexpr void add(const counted& c) {
        const std::size_t i = index_of(c.what);
        if (i == max_kinds) return;
        if (i == kinds) outcomes[kinds++].what = c.what;
        outcomes[i].times += c.times;
    }
};

// `NowUs` is a function that returns a clock in microseconds, which may wrap around at 2^32. It is called
// twice per datagram. Any thread may call `read`; only the server's thread changes the numbers.
template <auto NowUs>
class metrics {
public:
    using once = struct metrics_kind;

    std::size_t receive(exchange& x, auto next) {
        const std::size_t method = method_of(x);
        const std::uint32_t start_us = NowUs();
        const std::size_t size = next(x);
        add(now_.service_times[bucket_of(note_time(NowUs() - start_us))], 1);
        if (method != 0) add(now_.requests[method % measurements::methods][response_in(x, size)], 1);
        return size;
    }

    void count(outcome o) {
        const std::size_t i = now_.index_of(o);
        if (i == measurements::max_kinds) return;
        if (i == now_.kinds) {
            now_.outcomes[i].what = o;
            __atomic_store_n(&now_.kinds, i + 1, __ATOMIC_RELEASE);  // the reader sees the name before the number
        }
        add(now_.outcomes[i].times, 1);
    }

    // Returns the numbers of now. Those of one moment belong together as far as a datagram in progress
    // permits.
    measurements read() const {
        measurements seen;
        for (std::size_t m = 0; m < measurements::methods; ++m)
            for (std::size_t r = 0; r < measurements::responses; ++r) seen.requests[m][r] = load(now_.requests[m][r]);
        for (std::size_t i = 0; i < seen.service_times.size(); ++i) seen.service_times[i] = load(now_.service_times[i]);
        seen.service_time_us = sum_us();
        seen.kinds = __atomic_load_n(&now_.kinds, __ATOMIC_ACQUIRE);
        for (std::size_t i = 0; i < seen.kinds; ++i)
            seen.outcomes[i] = {now_.outcomes[i].what, load(now_.outcomes[i].times)};
        return seen;
    }

private:
    // 0 if the message is no request; `methods` for a method that has no number of its own.
    static std::size_t method_of(const exchange& x) {
        if (x.error != message::parse_error::none || !is_request(x.method)) return 0;
        const auto number = static_cast<std::size_t>(x.method);
        return number < measurements::methods ? number : measurements::methods;
    }
    static std::size_t response_in(const exchange& x, std::size_t size) {
        const unsigned response = size == 0 ? 0 : class_of(message::code_of(x.header()));
        return response == 2 ? 1 : response == 4 ? 2 : response == 5 ? 3 : 0;
    }
    static constexpr std::size_t bucket_of(std::uint32_t time_us) {
        std::size_t i = 0;
        while (i < measurements::bounds_us.size() && time_us > measurements::bounds_us[i]) ++i;
        return i;
    }

    // A thread that reads sees each number whole, the one before or the one after. On a machine of 32 bits,
    // the sum of the times is two numbers.
    static std::size_t load(const std::size_t& from) { return __atomic_load_n(&from, __ATOMIC_RELAXED); }
    static void add(std::size_t& to, std::size_t more) { __atomic_store_n(&to, load(to) + more, __ATOMIC_RELAXED); }

    std::uint32_t note_time(std::uint32_t time_us) {
        const std::size_t before = load(low_us_);
        add(low_us_, time_us);
        if constexpr (sizeof before < sizeof(std::uint64_t))
            if (load(low_us_) < before) add(high_us_, 1);
        return time_us;
    }
    std::uint64_t sum_us() const {
        if constexpr (sizeof low_us_ == sizeof(std::uint64_t)) return load(low_us_);
        else return std::uint64_t{load(high_us_)} << 32 | load(low_us_);
    }

    measurements now_;
    std::size_t low_us_ = 0;
    std::size_t high_us_ = 0;
};

}  // namespace mincoap
