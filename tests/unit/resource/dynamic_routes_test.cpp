// Routes that come and go while the server runs.
#include <mincoap/resource/dynamic_routes.hpp>

#include <random>
#include <set>

#include "../../support/exchange.hpp"

namespace mincoap::test {
namespace {

using list = dynamic_routes<4, 32>;

std::string listed(const list& of) {
    std::string all;
    of.for_each([&](message::option_range segments, std::string_view attributes) {
        for (const message::option_view s : segments) all += "/" + std::string{s.text()};
        all += std::string{attributes} + " ";
    });
    return all;
}

class dynamic_routes_test : public testing::Test {
protected:
    // A site refers to the list.
    list devices;
    bool lamp = false;

    std::string said(const packet& request) const {
        const auto site = mincoap::routes(at<"hello">(text("Hello")), below<"devices">(mincoap::routes(devices)),
                                          filtered_well_known_core);
        return core{site}.said(request);
    }
    std::string all_links() const {
        const std::string document = said(ask{code::get, ".well-known/core"});
        return document.substr(std::min(document.size(), std::string{"2.05 ct=40: </hello>,</devices>"}.size()));
    }
};

TEST_F(dynamic_routes_test, are_found_once_they_are_added_and_until_they_are_removed) {
    EXPECT_EQ(said(ask{code::get, "devices/kitchen/lamp"}), "4.04");
    EXPECT_EQ(devices.add({"kitchen", "lamp"}, value(lamp)), add_result::added);
    EXPECT_EQ(said(ask{code::get, "devices/kitchen/lamp"}), "2.05 ct=0: 0");
    EXPECT_EQ(said(ask{code::put, "devices/kitchen/lamp"}.payload("1")), "2.04");
    EXPECT_TRUE(lamp);
    for (const char* const path : {"devices", "devices/kitchen", "devices/kitchen/lamp/x", "devices/kitchen/lamq"})
        EXPECT_EQ(said(ask{code::get, path}), "4.04") << path;
    EXPECT_EQ(said(ask{code::get, "hello"}), "2.05 ct=0: Hello");
    EXPECT_TRUE(devices.remove({"kitchen", "lamp"}));
    EXPECT_FALSE(devices.remove({"kitchen", "lamp"}));
    EXPECT_EQ(said(ask{code::get, "devices/kitchen/lamp"}), "4.04");
}

// RFC 7252 §5.4.1, §5.9.2.6, §5.9.2.11: the same refusals as those of a constant site.
TEST_F(dynamic_routes_test, refuse_what_a_constant_site_refuses) {
    const auto act = [] { return code::changed; };
    EXPECT_EQ(devices.add({"act"}, put(act).consumes<content_format::cbor>(),
                          get([] { return content("x"); }).accepts_option<option::uri_query>()),
              add_result::added);
    EXPECT_EQ(said(ask{code::post, "devices/act"}), "4.05");
    EXPECT_EQ(said(ask{code::put, "devices/act"}.format(0).payload("x")), "4.15");
    EXPECT_EQ(said(ask{code::put, "devices/act"}.format(60).payload("x")), "2.04");
    EXPECT_EQ(said(ask{code::put, "devices/act"}.query("q")), "4.02");
    EXPECT_EQ(said(ask{code::get, "devices/act"}.query("q")), "2.05 ct=0: x");
    EXPECT_EQ(said(ask{code::get, "devices/act"}.with(65)), "4.02");
    EXPECT_EQ(said(ask{code::get, "devices/none"}.with(65)), "4.02");
    EXPECT_EQ(said(ask{code::get, "devices/none"}.query("q")), "4.04");
    EXPECT_EQ(said(ask{code::get, "devices/none"}.with(1)), "4.02") << "no route looks at If-Match";
    EXPECT_EQ(devices.add({"if"}, put(act).accepts_option<option::if_match>()), add_result::added);
    EXPECT_EQ(said(ask{code::get, "devices/none"}.with(1)), "4.04");
}

// RFC 7252 §8: the server carries out a multicast request only if the resource allows it.
TEST_F(dynamic_routes_test, are_reached_by_multicast_where_the_resource_says_so) {
    EXPECT_EQ(devices.add({"own"}, value(lamp)), add_result::added);
    EXPECT_EQ(devices.add({"group"}, for_groups(value(lamp))), add_result::added);
    const auto site = mincoap::routes(below<"">(mincoap::routes(devices)));
    EXPECT_EQ(core{site}.said(ask{code::get, "own"}.non(), multicast()), "silence");
    EXPECT_EQ(core{site}.said(ask{code::get, "group"}.non(), multicast()), "2.05 ct=0: 0");
}

TEST_F(dynamic_routes_test, change_nothing_where_one_cannot_be_added) {
    EXPECT_EQ(devices.add({"a"}, text("first")), add_result::added);
    EXPECT_EQ(devices.add({"a"}, text("second")), add_result::exists);
    EXPECT_EQ(devices.add({"."}, text("")), add_result::no_path);
    EXPECT_EQ(devices.add({"a", ".."}, text("")), add_result::no_path);
    EXPECT_EQ(devices.add({std::string(256, 'x')}, text("")), add_result::no_path);
    EXPECT_EQ(devices.add({std::string(31, 'x')}, text("")), add_result::too_long) << "two bytes of a head";
    EXPECT_EQ(devices.add({"abc"}, link_attributes{}.title("12345678901234567890"), text("")), add_result::too_long);
    EXPECT_EQ(listed(devices), "/a ");
    EXPECT_EQ(devices.add({std::string(30, 'x')}, text("fits")), add_result::added);
    EXPECT_EQ(devices.add({"abc"}, link_attributes{}.title("1234567890123456789"), text("fits")), add_result::added);
    EXPECT_EQ(devices.add({}, text("root")), add_result::added);
    EXPECT_EQ(devices.add({"b"}, text("")), add_result::full);
    EXPECT_EQ(devices.size(), devices.capacity());
    EXPECT_EQ(said(ask{code::get, "devices/a"}), "2.05 ct=0: first");
    EXPECT_EQ(said(ask{code::get, "devices/" + std::string(30, 'x')}), "2.05 ct=0: fits");
    EXPECT_EQ(said(ask{code::get, "devices"}), "2.05 ct=0: root");
    EXPECT_TRUE(devices.remove({"a"}));
    EXPECT_EQ(devices.add({"b"}, text("B")), add_result::added);
    EXPECT_EQ(said(ask{code::get, "devices/b"}), "2.05 ct=0: B");
}

// A name consists of arbitrary bytes. No byte of it separates segments, acts as a wildcard or ends a link.
TEST_F(dynamic_routes_test, take_any_name_from_the_network) {
    const auto add_as_asked = [&](const packet& request) {
        inspect(request, [&](const mincoap::request& r) {
            EXPECT_EQ(devices.add(r.segments(), text("added")), add_result::added);
            EXPECT_EQ(devices.add(r.segments(), text("added")), add_result::exists);
            EXPECT_TRUE(devices.contains(r.segments()));
        });
    };
    add_as_asked(ask{code::post}.segment("a/b"));
    add_as_asked(ask{code::post}.with(3, "'host'").segment("*"));
    add_as_asked(ask{code::post}.segment("\xff>,</x"));
    add_as_asked(ask{code::post}.segment("x").segment(""));
    EXPECT_EQ(said(ask{code::get}.segment("devices").segment("a/b")), "2.05 ct=0: added");
    EXPECT_EQ(said(ask{code::get, "devices/a/b"}), "4.04");
    EXPECT_EQ(said(ask{code::get, "devices/anything"}), "4.04");
    EXPECT_EQ(said(ask{code::get}.segment("devices").segment("\xff>,</x")), "2.05 ct=0: added");
    EXPECT_EQ(said(ask{code::get}.segment("devices").segment("x").segment("")), "2.05 ct=0: added");
    EXPECT_EQ(said(ask{code::get, "devices/x"}), "4.04");
    EXPECT_EQ(all_links(), ",</devices/a%2Fb>,</devices/*>,</devices/%FF%3E,%3C%2Fx>,</devices/x/>");
    EXPECT_TRUE(devices.remove({"a/b"}));
    EXPECT_FALSE(devices.remove({"a", "b"}));
}

// The memory of the name and the resource that the caller passed no longer exist at that point.
TEST_F(dynamic_routes_test, keep_copies_of_names_attributes_and_resources) {
    {
        std::string name = "short-lived";
        auto attributes = link_attributes{}.title("kept");
        auto resource = text("stays");
        EXPECT_EQ(devices.add({name}, attributes, resource), add_result::added);
        name = "overwritten";
        attributes = link_attributes{}.title("gone");
        resource = text("overwritten");
    }
    EXPECT_EQ(said(ask{code::get, "devices/short-lived"}), "2.05 ct=0: stays");
    EXPECT_EQ(all_links(), ",</devices/short-lived>;title=\"kept\"");
}

TEST_F(dynamic_routes_test, are_listed_by_discovery_with_their_attributes) {
    constexpr auto attributes = link_attributes{}.rt("lamp").if_("p");
    EXPECT_EQ(devices.add({"lamp"}, attributes, value(lamp), post([] { return code::changed; })), add_result::added);
    EXPECT_EQ(devices.add({"a b"}, text("x")), add_result::added);
    EXPECT_EQ(all_links(), ",</devices/lamp>;rt=\"lamp\";if=\"p\",</devices/a%20b>");
    EXPECT_EQ(said(ask{code::get, ".well-known/core"}.query("rt=lamp")),
              "2.05 ct=40: </devices/lamp>;rt=\"lamp\";if=\"p\"");
    EXPECT_TRUE(devices.remove({"lamp"}));
    EXPECT_EQ(all_links(), ",</devices/a%20b>");
    EXPECT_EQ(listed(devices), "/a b ");
}

// RFC 3986 §4.2: "//" begins an authority, so such a link would lead to another host.
TEST_F(dynamic_routes_test, have_no_link_that_leads_elsewhere) {
    EXPECT_EQ(devices.add({"", "evil.example"}, text("x")), add_result::added);
    EXPECT_EQ(devices.add({}, text("x")), add_result::added);
    EXPECT_EQ(devices.add({"a"}, text("x")), add_result::added);
    const auto site = mincoap::routes(below<"">(mincoap::routes(devices)), filtered_well_known_core);
    EXPECT_EQ(core{site}.said(ask{code::get, ".well-known/core"}), "2.05 ct=40: </>,</a>");
}

TEST_F(dynamic_routes_test, list_the_longest_name_that_fits) {
    EXPECT_EQ(devices.add({std::string(30, '>')}, text("x")), add_result::added);
    std::string encoded;
    for (int i = 0; i < 30; ++i) encoded += "%3E";
    EXPECT_EQ(all_links(), ",</devices/" + encoded + ">");
}

// A list of routes can be the server's handler by itself.
TEST_F(dynamic_routes_test, are_a_handler_themselves) {
    EXPECT_EQ(devices.add({"lamp"}, value(lamp)), add_result::added);
    const auto site = mincoap::routes(devices);
    EXPECT_EQ(core{site}.said(ask{code::get, "lamp"}), "2.05 ct=0: 0");
    EXPECT_EQ(core{site}.said(ask{code::get, "x"}), "4.04");
}

// RFC 7959 §2.4: block-wise, as any site.
TEST_F(dynamic_routes_test, answer_in_blocks) {
    EXPECT_EQ(devices.add({"poem"}, document("0123456789abcdefghij")), add_result::added);
    EXPECT_EQ(devices.add({"text"}, text("0123456789abcdefghij")), add_result::added);
    EXPECT_EQ(said(ask{code::get, "devices/poem"}.with(23, "10")), "2.05 ct=0: ghij");
    EXPECT_EQ(said(ask{code::get, "devices/text"}.with(23, "10")), "2.05 ct=0: ghij");
}

// A function removes its own route while it runs. The function stays alive until it returns.
TEST_F(dynamic_routes_test, may_remove_themselves) {
    const auto leave = [this](const request& r) -> reply {
        return devices.remove(r.segments()) ? code::deleted : code::internal_server_error;
    };
    EXPECT_EQ(devices.add({"node", "7"}, text("here"), delete_(leave)), add_result::added);
    EXPECT_EQ(said(ask{code::get, "devices/node/7"}), "2.05 ct=0: here");
    EXPECT_EQ(said(ask{code::delete_, "devices/node/7"}), "2.02");
    EXPECT_EQ(said(ask{code::delete_, "devices/node/7"}), "4.04");
    EXPECT_EQ(devices.size(), 0U);
}

// Compares the list with a set of names.
TEST_F(dynamic_routes_test, hold_what_was_added_and_not_removed) {
    std::mt19937 random{1};
    std::set<std::string> expected;
    unsigned full = 0;
    for (int i = 0; i < 4000; ++i) {
        const std::string name(1, static_cast<char>('a' + random() % 7));
        if (random() % 2 == 0) {
            const add_result result = devices.add({name}, text("x"));
            if (result == add_result::added) expected.insert(name);
            else EXPECT_EQ(result, expected.contains(name) ? add_result::exists : add_result::full);
            full += result == add_result::full;
        } else {
            EXPECT_EQ(devices.remove({name}), expected.erase(name) == 1);
        }
        ASSERT_EQ(devices.size(), expected.size());
        for (char c = 'a'; c < 'h'; ++c)
            EXPECT_EQ(devices.contains({std::string(1, c)}), expected.contains(std::string(1, c)));
    }
    EXPECT_GT(full, 100U);
}

}  // namespace
}  // namespace mincoap::test
