// Reports the request, the answer and the outcome of each datagram, for the log of a program.
//
//     server server{socket, site, access_log{posix::access_printer{stderr}}, echo_guard{key}};
//
// List it in front of all layers that answer. It then reports the code and the sizes that are sent.
#pragma once

#include <array>
#include <concepts>

#include <mincoap/message/percent_encoding.hpp>
#include <mincoap/server/layer_checks.hpp>

namespace mincoap {
namespace outcomes {

// The server sent a message on its own.
inline constexpr outcome sent = outcome::named<"sent">();

}  // namespace outcomes

// Valid until the function that receives it returns.
struct access {
    code method = code::empty;  // the received method; empty if the server sent on its own
    std::string_view path;      // as in a URI, percent-encoded, and so without spaces and line ends: "/lamps/kitchen"
    const origin& from;         // the sender, or the receiver of a message that the server sent on its own
    code answer = code::empty;  // as sent; empty for none, and for a Reset or an Acknowledgement alone
    std::size_t bytes_in = 0;
    std::size_t bytes_out = 0;  // 0 if no answer was sent
    outcome what;
};

// `Tell` is a function `void(const access&)`. `PathSize` is the number of bytes that are kept of a
// path.
template <std::invocable<const access&> Tell, std::size_t PathSize = 64>
class access_log {
public:
    constexpr explicit access_log(Tell tell) : tell_(tell) {}

    using once = struct access_log_kind;

    template <typename Outside, typename>
    static consteval void check() {
        constexpr bool is_inside =
            Outside::any([]<typename L>() { return detail::receiving<L> || detail::emitting<L>; });
        static_assert(
            !is_inside,
            "mincoap: list access_log in front of all other layers, because it reports the messages as they are sent");
    }

    static constexpr bool reads_outcomes = true;

    std::size_t receive(exchange& x, auto next) {
        const bool is_message = x.error == message::parse_error::none;
        const code method = is_message ? x.method : code::empty;
        const path_text path = is_message ? path_text{x.request} : path_text{};
        const std::size_t size = next(x);
        tell_(access{method, path.view(), x.from, answer_in(x, size), x.from.size, size, next.became(x)});
        return size;
    }

    // Reports a message that a layer sends on its own.
    std::size_t emit(exchange& x, auto next) {
        const std::size_t size = next.emit(x);
        if (size != 0) tell_(access{code::empty, {}, x.from, answer_in(x, size), 0, size, outcomes::sent});
        return size;
    }
    static std::uint32_t idle_ms(std::uint32_t, const auto&) { return forever_ms; }

private:
    static code answer_in(const exchange& x, std::size_t size) {
        return size == 0 ? code::empty : message::code_of(x.header());
    }

    class path_text {
    public:
        path_text() = default;
        explicit path_text(const request& r) {
            for (const message::option_view segment : r.segments()) {
                append("/");
                append_percent_encoded(*this, segment.text(), is_segment_character);
            }
            if (size_ == 0) append("/");
        }
        std::string_view view() const { return {text_.data(), size_}; }

        // Appends a part. If a part does not fit, it and all later parts are left out.
        void append(std::string_view part) {
            if (part.size() > text_.size() - size_) is_full_ = true;
            if (is_full_) return;
            copy_bytes(part.data(), part.size(), text_.data() + size_);
            size_ += part.size();
        }

    private:
        std::array<char, PathSize> text_;
        std::size_t size_ = 0;
        bool is_full_ = false;
    };

    Tell tell_;
};

}  // namespace mincoap
