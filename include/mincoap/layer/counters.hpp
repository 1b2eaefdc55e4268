// Counts the outcomes of datagrams.
//
//     counters counted;
//     server server{socket, site, echo_guard{key}, counted};
//     ... counted[outcomes::served]
#pragma once

#include <array>
#include <span>

#include <mincoap/server/layer.hpp>

namespace mincoap {

// Each counter begins at 0 and wraps around at 2^32.
class counters {
public:
    // The number of kinds of outcomes. The last one, `others`, counts all further kinds.
    static constexpr std::size_t capacity = 20;

    struct counted {
        outcome what;
        std::uint32_t times = 0;
    };

    constexpr void count(outcome o) { ++place_of(o).times; }

    // Adds the counters of another server, such as one on another core.
    constexpr counters& operator+=(const counters& more) {
        for (const counted& c : more.all()) place_of(c.what).times += c.times;
        return *this;
    }

    constexpr std::uint32_t operator[](outcome o) const {
        for (const counted& c : all())
            if (c.what == o) return c.times;
        return 0;
    }

    // Returns the kinds that occurred, in the order of their first occurrence, for printing.
    constexpr std::span<const counted> all() const { return std::span{kinds_}.first(size_); }

private:
    constexpr counted& place_of(outcome o) {
        std::size_t i = 0;
        while (i < size_ && i < capacity - 1 && !(kinds_[i].what == o)) ++i;
        if (i == size_) kinds_[size_++].what = i == capacity - 1 ? others : o;
        return kinds_[i];
    }

    static constexpr outcome others = outcome::named<"others">();

    std::array<counted, capacity> kinds_{};
    std::size_t size_ = 0;
};

}  // namespace mincoap
