// Compares the search of a site with a matcher that is simple enough to be correct, for random sites, small and
// large, and random requests.
#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "../../support/exchange.hpp"

namespace mincoap {
namespace {

using test::ask;
using test::core;
using test::packet;
using segments = std::vector<std::string>;

// ---- The reference matcher

struct model_method {
    std::set<code> methods;
    bool accepts_if_match = false;
    bool takes_cbor_alone = false;
};

struct model_entry {
    segments path;
    bool exact = true;
    std::vector<model_method> methods;

    bool matches(const segments& asked) const {
        if (exact ? asked.size() != path.size() : asked.size() < path.size()) return false;
        for (std::size_t i = 0; i < path.size(); ++i)
            if (path[i] != "*" && path[i] != asked[i]) return false;
        return true;
    }
    // A lower rank is more specific.
    auto rank() const {
        std::string wildcards;
        for (const std::string& s : path) wildcards += s == "*" ? '1' : '0';
        return std::tuple{-static_cast<int>(path.size()), wildcards, !exact};
    }
};

using site_model = std::vector<model_entry>;

struct model_request {
    segments path;
    code method;
    bool has_if_match;
    unsigned format;  // 65536 if the request has none
};

// The code of a response, and the numbers of the entry and of the method that sent it.
struct answer {
    code result;
    int entry = -1;
    int method = -1;
    bool operator==(const answer&) const = default;
};
[[maybe_unused]] void PrintTo(const answer& a, std::ostream* to) {
    *to << static_cast<unsigned>(a.result) << " by " << a.entry << "." << a.method;
}

answer expected_of(const site_model& site, const model_request& r) {
    const model_entry* best = nullptr;
    const model_method* method = nullptr;
    code lack = code::not_found;
    bool is_if_match_known = false;
    for (const model_entry& e : site)
        for (const model_method& m : e.methods) {
            is_if_match_known = is_if_match_known || m.accepts_if_match;
            if (!e.matches(r.path)) continue;
            lack = code::method_not_allowed;
            if (!m.methods.contains(r.method) || (best != nullptr && best->rank() < e.rank())) continue;
            best = &e;
            method = &m;
        }
    if (best == nullptr) return {r.has_if_match && !is_if_match_known ? code::bad_option : lack};
    if (r.has_if_match && !method->accepts_if_match) return {code::bad_option};
    if (method->takes_cbor_alone && r.format != 60 && (r.format != 65536 || r.method >= code::fetch))
        return {code::unsupported_content_format};
    return {code::valid, static_cast<int>(best - site.data()), static_cast<int>(method - best->methods.data())};
}

// ---- The same site, built with the library

constexpr std::size_t methods_of_each = 2;
answer served;

template <int Method>
reply serve(const void* resource, const request&) {
    served = {code::valid, *static_cast<const int*>(resource), Method};
    return code::valid;
}

template <std::size_t Entries, detail::table_shape Shape>
class library_site {
public:
    explicit library_site(const site_model& model) {
        std::array<detail::hashed_path, Entries> given;
        for (std::size_t i = 0; i < Entries; ++i) {
            encode(model[i].path, encoded_[i]);
            for (std::size_t m = 0; m < methods_of_each; ++m) infos_[i][m] = info_of(model[i].methods[m], m);
            places_[i] = {.path = {encoded_[i].view(), detail::hash_of(encoded_[i].view())},
                          .methods = infos_[i],
                          .size = sizeof(int),
                          .alignment = alignof(int),
                          .exact = model[i].exact,
                          .wildcard = std::ranges::count(model[i].path, "*") != 0,
                          .has_blocks = false,
                          .takes_blocks = false,
                          .is_observable = false};
            given[i] = places_[i].path;
            resources_[i] = static_cast<int>(i);
        }
        equal_ = detail::find_equal_paths(given);
        table_ = detail::make_table<Shape>(places_, equal_);
    }

    bool has_duplicate() const { return detail::has_duplicate(places_, equal_); }
    answer ask(const request& r) const {
        served = {};
        served.result =
            detail::route<false, false>(table_, detail::accepted_anywhere(places_), resources_.data(), r).code();
        return served;
    }
    option_set accepted_options(const request& r) const {
        return detail::accepted_options(table_, detail::accepted_anywhere(places_), r);
    }

private:
    static void encode(const segments& path, packet& to) {
        for (const std::string& s : path)
            to = to + (s == "*" ? packet{"ff"} : test::encoded_option(0, test::text_packet(s)));
    }
    static detail::method_info info_of(const model_method& m, std::size_t index) {
        method_set methods = 0;
        for (const code c : m.methods) methods = static_cast<method_set>(methods | set_of(c));
        return {.serve = index == 0 ? &serve<0> : &serve<1>,
                .accepted_options = accepted_by_server | (m.accepts_if_match ? set_of(option::if_match) : 0),
                .consumes = static_cast<std::uint16_t>(m.takes_cbor_alone ? 61 : 0),
                .methods = methods};
    }

    std::array<packet, Entries> encoded_;
    std::array<std::array<detail::method_info, methods_of_each>, Entries> infos_;
    std::array<detail::place, Entries> places_;
    std::array<std::uint16_t, Entries> equal_;
    std::array<int, Entries> resources_;
    detail::table<Shape> table_;
};

// ---- Random sites and requests

class chance {
public:
    site_model some_site(std::size_t entries, bool has_wildcards, bool has_prefixes) {
        site_model all(entries);
        for (model_entry& e : all) {
            e.path = some_path(has_wildcards);
            e.exact = !has_prefixes || up_to(2) != 0;
            e.methods = {some_method({code::get, code::fetch}), some_method({code::put, code::post})};
        }
        return all;
    }
    // Returns a request, mostly with a path of the site and other segments in place of its wildcards.
    model_request some_request(const site_model& site) {
        segments path = site[up_to(static_cast<unsigned>(site.size() - 1))].path;
        for (std::string& s : path)
            if (s == "*" || up_to(9) == 0)
                s = any_of<std::string>({"a", "b", "", "*", "x", "twelve_bytes", std::string(255, 'y')});
        while (up_to(3) == 0) path.push_back(any_of<std::string>({"a", "b", "", "thirteen_byte"}));
        if (up_to(9) == 0 && !path.empty()) path.pop_back();
        if (path == segments{""}) path.clear();  // RFC 7252 §6.5: both mean the root
        return {path, any_of({code::get, code::get, code::put, code::post, code::fetch, code::delete_}), up_to(4) == 0,
                any_of({65536U, 65536U, 60U, 0U})};
    }
    unsigned up_to(unsigned most) { return std::uniform_int_distribution<unsigned>{0, most}(engine_); }

private:
    template <typename T>
    T any_of(std::initializer_list<T> all) {
        return all.begin()[up_to(static_cast<unsigned>(all.size() - 1))];
    }
    model_method some_method(std::set<code> most) {
        if (up_to(2) == 0) most.erase(most.begin());
        return {most, up_to(3) == 0, up_to(3) == 0};
    }
    segments some_path(bool has_wildcards) {
        segments path(up_to(4));
        for (std::string& s : path) {
            s = any_of<std::string>({"a", "b", "c", "a*", "ab", "twelve_bytes", "thirteen_byte", std::string(28, 'x')});
            if (has_wildcards && up_to(3) == 0) s = "*";
        }
        return path;
    }

    std::mt19937 engine_{7252};
};

packet datagram_of(const model_request& r) {
    ask question{r.method};
    for (const std::string& s : r.path) question.segment(s);
    if (r.has_if_match) question.with(1, "01");
    if (r.format != 65536) question.format(r.format);
    return question;
}

struct tally {
    unsigned served = 0;
    unsigned refused = 0;
    unsigned without_duplicate = 0;
};

// Removes duplicate methods, because a site in which two methods match the same request does not compile.
site_model without_duplicates(site_model site) {
    std::set<std::tuple<segments, bool, code>> taken;
    for (model_entry& e : site)
        for (model_method& m : e.methods)
            std::erase_if(m.methods, [&](code c) { return !taken.emplace(e.path, e.exact, c).second; });
    return site;
}

template <std::size_t Entries, bool HasWildcards, bool HasPrefixes>
tally compare(unsigned sites, unsigned requests) {
    constexpr detail::table_shape shape{Entries * methods_of_each, Entries * 120, HasWildcards, HasPrefixes};
    static_assert((detail::table<shape>::buckets != 0) == (Entries > 8));
    chance random;
    tally counted;
    for (unsigned i = 0; i < sites; ++i) {
        const site_model given = random.some_site(Entries, HasWildcards, HasPrefixes);
        const site_model model = without_duplicates(given);
        const bool is_unique = std::ranges::equal(given, model, [](const model_entry& a, const model_entry& b) {
            return a.methods[0].methods == b.methods[0].methods && a.methods[1].methods == b.methods[1].methods;
        });
        counted.without_duplicate += is_unique;
        EXPECT_EQ((library_site<Entries, shape>{given}.has_duplicate()), !is_unique);
        const library_site<Entries, shape> site{model};
        EXPECT_FALSE(site.has_duplicate());
        for (unsigned j = 0; j < requests; ++j) {
            const model_request asked = random.some_request(model);
            const answer expected = expected_of(model, asked);
            test::inspect(datagram_of(asked), [&](const request& r) {
                EXPECT_EQ(site.ask(r), expected) << testing::PrintToString(asked.path);
                EXPECT_EQ((r.critical_options & ~site.accepted_options(r)) != 0, expected.result == code::bad_option);
            });
            ++(expected.result == code::valid ? counted.served : counted.refused);
        }
    }
    return counted;
}

void expect_both(const tally& counted) {
    EXPECT_GT(counted.served, counted.refused / 8) << counted.refused;
    EXPECT_GT(counted.refused, counted.served / 8) << counted.served;
}

TEST(search, finds_in_a_few_rows_what_a_simple_matcher_finds) {
    expect_both(compare<7, false, false>(400, 20));
    expect_both(compare<7, false, true>(400, 20));
    const tally counted = compare<8, true, true>(1500, 20);
    expect_both(counted);
    EXPECT_GT(counted.without_duplicate, 20U);
}

TEST(search, finds_in_buckets_what_a_simple_matcher_finds) {
    expect_both(compare<9, false, false>(100, 40));
    expect_both(compare<40, false, false>(100, 60));
    expect_both(compare<40, false, true>(150, 60));
    expect_both(compare<40, true, false>(150, 60));
    expect_both(compare<40, true, true>(300, 60));
    expect_both(compare<150, true, true>(30, 300));
}

}  // namespace
}  // namespace mincoap
