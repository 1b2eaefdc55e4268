// Resources for clients with a security context.
#include <mincoap/resource/allow.hpp>

#include <gtest/gtest.h>

#include <mincoap/testing/response.hpp>

#include "../../support/oscore_client.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::oscore_client;
using test::packet;
using test::recording_crypto;
using test::shared_secret;

constexpr byte admin = 1;
constexpr byte guest = 2;

int limit = 5;
struct admins_write {
    static bool allows(const request& r) { return r.method() == code::get || (r.peer() && r.peer()->tag == admin); }
};
constexpr auto site = routes(at<"door">(protected_only(value(limit))).osc(),
                             at<"limit">(allow<admins_write>(value(limit))).title("Limit"), well_known_core);

class allow_test : public ::testing::Test {
protected:
    allow_test() {
        limit = 5;
        peers.add<recording_crypto>(secret_of_admin.of_server(), admin);
        peers.add<recording_crypto>(secret_of_guest.of_server(), guest);
    }
    std::string say(oscore_client& from, const ask& request) {
        const packet sent = core.answer(from.protect(request));
        const auto opened = from.open(sent, from.number());
        if (!opened) return "plain";
        const testing::response r{opened->message};
        return std::string{testing::description{r}.view()};
    }

    shared_secret secret_of_admin = shared_secret::fresh("aa");
    shared_secret secret_of_guest = shared_secret::fresh("bb");
    oscore_client the_admin{secret_of_admin}, a_guest{secret_of_guest};
    security::oscore::contexts<2> peers;
    security::key key{1, 2, 3, 4};
    test::core<decltype(site), unguarded, undeduplicated, oscore<security::oscore::contexts<2>, recording_crypto>> core{
        site, unguarded{}, undeduplicated{}, oscore{peers, recording_crypto{}}};
};

TEST_F(allow_test, serves_protected_requests_only) {
    EXPECT_EQ(core.said(ask{code::get, "door"}), "4.01");
    EXPECT_EQ(core.said(ask{code::put, "door"}.payload("6")), "4.01");
    EXPECT_EQ(limit, 5);
    EXPECT_EQ(say(a_guest, ask{code::get, "door"}), "2.05 ct=0: 5");
    EXPECT_EQ(say(a_guest, ask{code::put, "door"}.payload("6")), "2.04");
    EXPECT_EQ(limit, 6);
}

TEST_F(allow_test, asks_a_policy_about_each_method_and_peer) {
    EXPECT_EQ(core.said(ask{code::get, "limit"}), "2.05 ct=0: 5");
    EXPECT_EQ(core.said(ask{code::put, "limit"}.payload("6")), "4.01");
    EXPECT_EQ(say(a_guest, ask{code::get, "limit"}), "2.05 ct=0: 5");
    EXPECT_EQ(say(a_guest, ask{code::put, "limit"}.payload("6")), "4.03");
    EXPECT_EQ(limit, 5);
    EXPECT_EQ(say(the_admin, ask{code::put, "limit"}.payload("6")), "2.04");
    EXPECT_EQ(limit, 6);
}

TEST_F(allow_test, is_told_by_discovery) {
    EXPECT_EQ(core.said(ask{code::get, ".well-known/core"}), "2.05 ct=40: </door>;osc,</limit>;title=\"Limit\"");
}

}  // namespace
}  // namespace mincoap
