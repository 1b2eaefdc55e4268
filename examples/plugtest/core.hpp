// The resources of TD_COAP_CORE_01 to 23: methods, separate responses, options.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <mincoap/mincoap.hpp>

namespace plugtest {

namespace coap = mincoap;
using coap::code;
using coap::content_format;
using coap::reply;
using coap::request;

// Text or bytes of any Content-Format, which clients read and write.
using store = coap::formatted_store<1024>;

// CORE_01 to 08, 18: clients find /test again after they have deleted it.
inline constexpr std::string_view first_test = "A resource to GET, PUT, POST and DELETE";
inline constinit store test{content_format::text_plain, first_test};
inline reply delete_test() {
    test = store{content_format::text_plain, first_test};
    return code::deleted;
}

// CORE_21, 22: each PUT makes a new ETag.
inline constinit store validated{content_format::text_plain, "A resource with an ETag"};

// CORE_23: PUT creates one of these, and DELETE makes it ready for the next test.
inline constinit std::array<store, 3> created;
constexpr auto delete_store(store& which) {
    return coap::delete_([&which] {
        which = store{};
        return reply{code::deleted};
    });
}

// CORE_14: returns the arguments of the query, one per line.
inline reply show_query(const request& r) {
    static std::string text;  // outlives the request
    text = "The query has these arguments:\n";
    for (const std::string_view argument : coap::queries(r)) text.append(argument) += '\n';
    return coap::content(std::string_view{text});
}

// CORE_19
inline reply create_with_query() {
    return {code::created, [](coap::message::writer& to) {
                to.option(coap::option::location_query, "first=1");
                to.option(coap::option::location_query, "second=2");
            }};
}

// CORE_09, 11, 16, 17: requests for /separate, and when each gets its response.
class delayed_responses {
public:
    static constexpr std::size_t capacity = 8;  // the server keeps as many requests

    reply begin(const request& r) {
        return coap::later([this, due_ms = r.now_ms + delay_ms](coap::ticket t) { add({t, due_ms, true}); });
    }

    // Returns a request whose response is due.
    std::optional<coap::ticket> take(std::uint32_t now_ms) {
        for (waiting& w : all_)
            if (w.is_used && coap::left_until_ms(w.due_ms, now_ms) == 0) return w.is_used = false, w.ticket;
        return std::nullopt;
    }
    std::uint32_t idle_ms(std::uint32_t now_ms) const {
        std::uint32_t least = coap::forever_ms;
        for (const waiting& w : all_)
            if (w.is_used) least = std::min(least, coap::left_until_ms(w.due_ms, now_ms));
        return least;
    }

private:
    static constexpr std::uint32_t delay_ms = 1500;

    struct waiting {
        coap::ticket ticket;
        std::uint32_t due_ms = 0;
        bool is_used = false;
    };

    void add(const waiting& next) {
        const auto free = std::ranges::find(all_, false, &waiting::is_used);
        if (free != all_.end()) *free = next;
    }

    std::array<waiting, capacity> all_{};
};
inline constinit delayed_responses delayed;

}  // namespace plugtest
