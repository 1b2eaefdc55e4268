// The entries of a site as data, before the site's table is made of them, and the questions that all entries together
// answer.
#pragma once

#include <array>
#include <span>

#include <mincoap/resource/hashed_path.hpp>
#include <mincoap/resource/method_info.hpp>

namespace mincoap::detail {

// One entry of a site: a resource and its path.
struct place {
    hashed_path path;
    std::span<const method_info> methods;
    std::size_t size;  // the resource's size in bytes
    std::size_t alignment;
    bool exact;     // from `at`, not from `below`
    bool wildcard;  // the path has one
    bool has_blocks;
    bool takes_blocks;
    bool is_observable;
};

// Returns whether any place has the property, as in `any_of(places, &place::has_blocks)`.
template <std::size_t N>
[[nodiscard]] constexpr bool any_of(const std::array<place, N>& places, bool place::* property) {
    for (const place& p : places)
        if (p.*property) return true;
    return false;
}

// Returns whether any method of any place accepts these options.
template <std::size_t N>
[[nodiscard]] constexpr bool any_accepts(const std::array<place, N>& places, option_set options) {
    for (const place& p : places)
        for (const method_info& m : p.methods)
            if ((m.accepted_options & options) != 0) return true;
    return false;
}

// Returns true if a place with that path is observable, or may be: below a prefix and at a path with wildcards.
template <std::size_t N>
[[nodiscard]] constexpr bool may_observe(const std::array<place, N>& places, bytes path) {
    for (const place& p : places) {
        const bytes own = p.path.encoded;
        const bool begins_so = own.size() <= path.size() && equal_bytes(own.data(), path.data(), own.size());
        const bool is_there = p.is_observable && own.size() == path.size();
        if (p.wildcard || (begins_so && (is_there || !p.exact))) return true;
    }
    return false;
}

// Returns the next multiple of `alignment`.
[[nodiscard]] constexpr std::size_t aligned(std::size_t size, std::size_t alignment) {
    return (size + alignment - 1) / alignment * alignment;
}

// Returns the size in bytes of an object that holds all resources one after another.
template <std::size_t N>
[[nodiscard]] constexpr std::size_t size_of_resources(const std::array<place, N>& places) {
    std::size_t size = 0;
    std::size_t alignment = 1;
    for (const place& p : places) {
        size = aligned(size, p.alignment) + p.size;
        if (p.alignment > alignment) alignment = p.alignment;
    }
    return size == 0 ? 1 : aligned(size, alignment);
}

// Returns whether two methods take the same request. `equal` has the index of the first place with the same path, for
// each place.
template <std::size_t N>
[[nodiscard]] constexpr bool has_duplicate(const std::array<place, N>& places,
                                           const std::array<std::uint16_t, N>& equal) {
    std::array<std::array<unsigned, 2>, N> taken{};
    for (std::size_t i = 0; i < N; ++i)
        for (const method_info& m : places[i].methods) {
            unsigned& at_the_path = taken[equal[i]][places[i].exact ? 1 : 0];
            if ((at_the_path & m.methods) != 0) return true;
            at_the_path |= m.methods;
        }
    return false;
}

// ---- The critical options that a site accepts

// A request without a resource is answered with 4.04 or 4.05, but with 4.02 if it has any other option than these. Each
// site accepts a query and the demands in that case.
inline constexpr option_set accepted_without_resources =
    accepted_by_server | set_of(option::uri_query) | demand::later_block | demand::part_of_body | demand::multicast;

// Returns the options that at least one of the methods accepts. Methods that accept every option do not count: their
// handlers check the options themselves, and the site cannot know which ones they accept.
[[nodiscard]] constexpr option_set accepted_by_any(std::span<const method_info> methods) {
    option_set accepted = 0;
    for (const method_info& m : methods)
        if (!accepts_every_option(m.accepted_options)) accepted |= m.accepted_options;
    return accepted;
}

template <std::size_t N>
[[nodiscard]] constexpr option_set accepted_anywhere(const std::array<place, N>& places) {
    option_set accepted = accepted_without_resources;
    for (const place& p : places) accepted |= accepted_by_any(p.methods);
    return accepted;
}

}  // namespace mincoap::detail
