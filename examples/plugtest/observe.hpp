// The resources of TD_COAP_OBS_01 to 12: they change every five seconds.
#pragma once

#include <utility>

#include "blocks.hpp"

namespace plugtest {

inline constexpr std::uint32_t period_ms = 5000;

// Counts the changes. A PUT or a DELETE replaces the number for a while, so that the next test finds
// a resource that changes.
class changing {
public:
    static constexpr std::size_t capacity = 64;

    reply read() const {
        if (!exists_) return code::not_found;
        return {code::content, coap::message::encoded_content_format::encode(format_),
                [this](coap::message::writer& to) {
                    to.uint_option(coap::option::max_age, period_ms / 1000);
                    to.payload(std::string_view{text_});
                }};
    }
    // OBS_08, 09. Without a Content-Format, the present one stays.
    reply write(const request& r) {
        if (r.payload().size() > capacity) return coap::too_large(capacity);
        if (!r.content_format.is_absent()) format_ = static_cast<content_format>(r.content_format.encoded() - 1);
        text_ = coap::as_text(r.payload());
        const bool is_new = !std::exchange(exists_, true);
        hold();
        return is_new ? code::created : code::changed;
    }
    // OBS_07
    reply remove() {
        exists_ = false;
        hold();
        return code::deleted;
    }

    // One period has passed. Returns whether there is something new to tell.
    bool step() {
        if (held_ != 0) --held_;
        if (held_ != 0) return exists_;
        exists_ = true;
        format_ = content_format::text_plain;
        text_ = "change " + std::to_string(++changes_);
        return true;
    }
    // Returns whether a client has changed it since the last call.
    bool take_written() { return std::exchange(written_, false); }

private:
    static constexpr unsigned periods_held = 3;

    void hold() {
        held_ = periods_held;
        written_ = true;
    }

    std::string text_ = "change 0";
    content_format format_ = content_format::text_plain;
    unsigned changes_ = 0;
    unsigned held_ = 0;  // periods for which the state of a PUT or a DELETE remains
    bool exists_ = true;
    bool written_ = false;
};
inline changing obs;      // OBS_01, 04 to 12
inline changing obs_non;  // OBS_02

constexpr auto observed(changing& which) {
    return coap::get([&which] { return which.read(); });
}
constexpr auto written(changing& which) {
    return coap::put([&which](const request& r) { return which.write(r); });
}
constexpr auto deleted(changing& which) {
    return coap::delete_([&which] { return which.remove(); });
}

// A body in blocks that changes, and one whose size changes too, so that it has one block or several.
inline unsigned periods = 0;
inline void write_obs_large(coap::body_writer& to) {
    to.put(std::string_view{"period " + std::to_string(periods) + '\n'});
    write_lines(to, 20);
}
inline void write_obs_pumping(coap::body_writer& to) {
    to.put(std::string_view{"period " + std::to_string(periods) + '\n'});
    write_lines(to, periods % 3 * 12);
}

// OBS_04: a POST to /obs-reset makes the server forget its observations, as a restart would.
inline bool is_reset_asked = false;
inline reply reset() {
    is_reset_asked = true;
    return code::changed;
}

// Tells the server which resources have changed.
class changes {
public:
    explicit changes(std::uint32_t now_ms) : due_ms_(now_ms + period_ms) {}

    // Call it between two polls.
    void tell(auto& server, auto& observing, std::uint32_t now_ms) {
        using coap::message::type;
        if (std::exchange(is_reset_asked, false)) observing = {};
        const bool is_due = idle_ms(now_ms) == 0;
        if (obs.take_written() || (is_due && obs.step())) server.template changed<"obs">(type::confirmable);
        if (obs_non.take_written() || (is_due && obs_non.step())) server.template changed<"obs-non">();
        if (!is_due) return;
        due_ms_ += period_ms;
        ++periods;
        server.template changed<"obs-large">(type::confirmable);
        server.template changed<"obs-pumping">(type::confirmable);
        server.template changed<"obs-pumping-non">();
    }
    std::uint32_t idle_ms(std::uint32_t now_ms) const { return coap::left_until_ms(due_ms_, now_ms); }

private:
    std::uint32_t due_ms_;
};

}  // namespace plugtest
