// The numbers of a server, and their text in Prometheus' format.
#include <mincoap/layer/metrics.hpp>

#include <atomic>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <mincoap/layer/prometheus.hpp>
#include <mincoap/message/body_writer.hpp>

#include "../../support/exchange.hpp"
#include "../../support/guard.hpp"

namespace mincoap::test {
namespace {

// A clock that advances with each look.
std::uint32_t clock_us = 0;
std::uint32_t step_us = 1;
std::uint32_t now_us() { return clock_us += step_us; }

constexpr auto site = routes(at<"large">(text(large)), at<"x">(text("x"), post([] { return code::changed; }),
                                                               put([] { return code::internal_server_error; }),
                                                               fetch([] { return code::content; })));

using layer = metrics<now_us>;

struct measured_server {
    layer measured;
    net::loopback<> socket;
    server<net::loopback<>, std::remove_const_t<decltype(site)>, server_memory<default_message_size>, layer&,
           echo_guard<>>
        served{socket, site, measured, echo_guard<>{guard_key}};

    void take(const packet& datagram, std::uint32_t takes_us = 1) {
        step_us = takes_us;
        ASSERT_TRUE(socket.deliver(datagram.view(), unicast()));
        while (served.poll(0) != poll_result::idle) socket.take();
    }
    std::string text() const {
        std::string to;
        write_prometheus(to, measured.read());
        return to;
    }
    bool has_line(const std::string& line) const {
        return ("\n" + text()).find("\n" + line + "\n") != std::string::npos;
    }
};

TEST(metrics, count_requests_by_method_and_response) {
    measured_server s;
    for (int i = 0; i < 3; ++i) s.take(packet{"40 01 00 01 b1 'x'"});
    s.take(packet{"40 01 00 02 b1 'y'"});
    s.take(packet{"40 02 00 03 b1 'x'"});
    s.take(packet{"40 03 00 04 b1 'x'"});
    s.take(packet{"40 04 00 05 b1 'x'"});
    s.take(packet{"40 05 00 06 b1 'x'"});
    s.take(packet{"40 1f 00 07 b1 'x'"});        // a method without a name
    s.take(packet{"50 01 00 08 b1 'x' 21 ff"});  // a critical option that is unknown: no response
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="GET",response="2.xx"} 3)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="GET",response="4.xx"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="POST",response="2.xx"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="PUT",response="5.xx"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="DELETE",response="4.xx"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="FETCH",response="2.xx"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="other",response="4.xx"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="GET",response="none"} 1)"));
}

TEST(metrics, count_all_datagrams_by_their_outcome) {
    measured_server s;
    s.take(packet{"40 01 00 01 b1 'x'"});
    s.take(packet{"40 00 00 02"});
    s.take(packet{"00"});
    s.take(packet{"40 01 00 03 b5 'large'"});
    EXPECT_TRUE(s.has_line(R"(mincoap_datagrams_total{outcome="served"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_datagrams_total{outcome="ping"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_datagrams_total{outcome="too short"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_datagrams_total{outcome="challenged"} 1)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_requests_total{method="GET",response="4.xx"} 1)")) << "the challenge";
    EXPECT_EQ(s.text().find("method=\"other\""), std::string::npos) << "a ping is no request";
}

TEST(metrics, measure_the_time) {
    measured_server s;
    for (const std::uint32_t time_us : {1U, 10U, 11U, 25U, 250U, 999'999U, 1'000'000U, 1'000'001U, 2'000'000U})
        s.take(packet{"40 01 00 01 b1 'x'"}, time_us);
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="0.00001"} 2)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="0.000025"} 4)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="0.0001"} 4)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="0.00025"} 5)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="0.1"} 5)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="1"} 7)"));
    EXPECT_TRUE(s.has_line(R"(mincoap_service_seconds_bucket{le="+Inf"} 9)"));
    EXPECT_TRUE(s.has_line("mincoap_service_seconds_sum 5.000297"));
    EXPECT_TRUE(s.has_line("mincoap_service_seconds_count 9"));
}

TEST(metrics, measure_across_the_end_of_the_clock) {
    measured_server s;
    clock_us = 0xffff'fff0;
    s.take(packet{"40 01 00 01 b1 'x'"}, 12);
    EXPECT_TRUE(s.has_line("mincoap_service_seconds_sum 0.000012"));
}

// By https://prometheus.io/docs/instrumenting/exposition_formats/: HELP and TYPE in front of the samples of a
// metric, no sample twice, buckets that do not fall, and a count that is the last bucket.
void check_format(const std::string& text) {
    static const std::regex comment{R"(# (HELP [a-z_]+ [^\n]+|TYPE [a-z_]+ (counter|histogram)))"};
    static const std::regex sample{
        R"re(([a-z_]+)(\{([a-z_]+="[^"\\\n]*")(,[a-z_]+="[^"\\\n]*")*\})? (0|[1-9][0-9]*)(\.[0-9]*[1-9])?)re"};
    ASSERT_TRUE(text.ends_with('\n'));
    std::set<std::string> seen, typed;
    double last_bucket = 0;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        std::smatch parts;
        if (line.starts_with('#')) {
            ASSERT_TRUE(std::regex_match(line, comment)) << line;
            const bool is_type = line.starts_with("# TYPE ");
            ASSERT_TRUE(!is_type || typed.insert(line.substr(7, line.rfind(' ') - 7)).second) << line;
            continue;
        }
        ASSERT_TRUE(std::regex_match(line, parts, sample)) << line;
        const std::string name = parts[1];
        const std::string family = std::regex_replace(name, std::regex{"_(bucket|sum|count)$"}, "");
        EXPECT_TRUE(typed.contains(family)) << line;
        EXPECT_TRUE(seen.insert(name + parts[2].str()).second) << line;
        if (name.ends_with("_bucket")) {
            EXPECT_GE(std::stod(parts[5]), last_bucket) << line;
            last_bucket = std::stod(parts[5]);
        }
        EXPECT_TRUE(!name.ends_with("_count") || std::stod(parts[5]) == last_bucket) << line;
    }
    EXPECT_TRUE(seen.contains(R"(mincoap_service_seconds_bucket{le="+Inf"})"));
}

TEST(prometheus, has_a_strict_format) {
    measured_server s;
    check_format(s.text());
    for (const char* const datagram : {"40 01 00 01 b1 'x'", "40 02 00 03 b1 'x'", "40 00 00 02", "00", "60 00 00 01"})
        s.take(packet{datagram}, 30);
    check_format(s.text());
}

TEST(prometheus, fits_a_body) {
    measured_server s;
    s.take(packet{"40 01 00 01 b1 'x'"});
    std::array<byte, 4096> memory;
    body_writer body{memory};
    write_prometheus(body, s.measured.read());
    EXPECT_EQ(as_text(bytes{memory}.first(body.size())), s.text());
}

TEST(metrics, of_several_servers_are_summed) {
    measured_server a, b;
    a.take(packet{"40 01 00 01 b1 'x'"}, 30);
    b.take(packet{"40 00 00 02"}, 70);
    for (int i = 0; i < 2; ++i) b.take(packet{"40 01 00 01 b1 'x'"}, 70);
    measurements all = a.measured.read();
    all += b.measured.read();
    std::string text;
    write_prometheus(text, all);
    check_format(text);
    for (const char* const line : {"{method=\"GET\",response=\"2.xx\"} 3\n", "{outcome=\"served\"} 3\n",
                                   "{outcome=\"ping\"} 1\n", "{le=\"0.0001\"} 4\n", "_sum 0.00024\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(metrics, are_read_by_another_thread) {
    measured_server s;
    std::atomic<bool> is_done = false;
    std::thread reader{[&] {
        while (!is_done) check_format(s.text());
    }};
    for (int i = 0; i < 300; ++i) s.take(packet{i % 2 == 0 ? "40 01 00 01 b1 'x'" : "40 00 00 02"});
    is_done = true;
    reader.join();
    EXPECT_TRUE(s.has_line(R"(mincoap_datagrams_total{outcome="served"} 150)"));
}

}  // namespace
}  // namespace mincoap::test
