// The measurements of a server in Prometheus' text format, version 0.0.4:
//
//     mincoap_requests_total{method="GET",response="2.xx"} 1027
//     mincoap_datagrams_total{outcome="served"} 1030
//     mincoap_service_seconds_bucket{le="0.00001"} 812
//
// `mincoap_requests_total` counts requests by method and class of the response; "none" for no
// response yet, or none at all. `mincoap_datagrams_total` counts all datagrams by their outcome (see
// outcome.hpp). `mincoap_service_seconds` is a histogram of the time from a datagram's receipt to its
// answer, without the system's own queues.
#pragma once

#include <mincoap/layer/metrics.hpp>

namespace mincoap {
namespace detail {

// Writes text to a class with `put` as body_writer has, or with `append` as std::string has.
template <typename To>
class metric_writer {
public:
    explicit metric_writer(To& to) : to_(to) {}

    metric_writer& operator<<(std::string_view text) {
        if constexpr (requires { to_.put(text); }) to_.put(text);
        else to_.append(text);
        return *this;
    }
    metric_writer& operator<<(std::uint64_t number) { return digits(number, 1); }

    // Microseconds, as seconds without zeros at the end.
    metric_writer& seconds(std::uint64_t us) {
        *this << us / 1'000'000;
        std::uint64_t rest = us % 1'000'000;
        if (rest == 0) return *this;
        unsigned count = 6;
        for (; rest % 10 == 0; rest /= 10) --count;
        return (*this << ".").digits(rest, count);
    }

private:
    metric_writer& digits(std::uint64_t number, unsigned at_least) {
        char text[20];
        std::size_t begin = sizeof text;
        for (unsigned count = 0; number != 0 || count < at_least; ++count, number /= 10)
            text[--begin] = static_cast<char>('0' + number % 10);
        return *this << std::string_view{text + begin, sizeof text - begin};
    }

    To& to_;
};

inline constexpr std::string_view metric_methods[]{"other", "GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"};
inline constexpr std::string_view metric_responses[]{"none", "2.xx", "4.xx", "5.xx"};

template <typename To>
void write_requests(metric_writer<To>& to, const measurements& all) {
    to << "# HELP mincoap_requests_total Requests by method and class of the response.\n"
          "# TYPE mincoap_requests_total counter\n";
    for (std::size_t m = 0; m < measurements::methods; ++m)
        for (std::size_t r = 0; r < measurements::responses; ++r)
            if (all.requests[m][r] != 0)
                to << "mincoap_requests_total{method=\"" << metric_methods[m] << "\",response=\"" << metric_responses[r]
                   << "\"} " << all.requests[m][r] << "\n";
}

template <typename To>
void write_outcomes(metric_writer<To>& to, const measurements& all) {
    to << "# HELP mincoap_datagrams_total Datagrams by outcome.\n"
          "# TYPE mincoap_datagrams_total counter\n";
    for (const auto& [what, times] : std::span{all.outcomes}.first(all.kinds))
        to << "mincoap_datagrams_total{outcome=\"" << what.name() << "\"} " << times << "\n";
}

// The count is that of the buckets, so that both agree while the server goes on.
template <typename To>
void write_service_times(metric_writer<To>& to, const measurements& all) {
    to << "# HELP mincoap_service_seconds The time from the receipt of a datagram to its answer.\n"
          "# TYPE mincoap_service_seconds histogram\n";
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < measurements::bounds_us.size(); ++i) {
        to << "mincoap_service_seconds_bucket{le=\"";
        to.seconds(measurements::bounds_us[i]) << "\"} " << (count += all.service_times[i]) << "\n";
    }
    count += all.service_times[measurements::bounds_us.size()];
    to << "mincoap_service_seconds_bucket{le=\"+Inf\"} " << count << "\nmincoap_service_seconds_sum ";
    to.seconds(all.service_time_us) << "\nmincoap_service_seconds_count " << count << "\n";
}

}  // namespace detail

// Writes 700 to 3,000 characters to `to`, a std::string or a body_writer.
template <typename To>
void write_prometheus(To& to, const measurements& all) {
    detail::metric_writer<To> text{to};
    detail::write_requests(text, all);
    detail::write_outcomes(text, all);
    detail::write_service_times(text, all);
}

}  // namespace mincoap
