// A body that a function writes anew for each block.
#pragma once

#include <mincoap/resource/blockwise/block_source.hpp>

namespace mincoap {
namespace detail {

template <typename F>
concept writes_body = std::invocable<const F&, body_writer&>;

template <typename Source>
concept giving_version = requires(const Source& source) {
    { source() } -> std::unsigned_integral;
};

// Neither such a function nor a variable. `T` is a reference, or the type of a temporary.
template <typename T>
concept no_version_source = !giving_version<std::remove_cvref_t<T>> &&
                            !(std::is_lvalue_reference_v<T> && std::unsigned_integral<std::remove_cvref_t<T>>);

// A variable that the program changes whenever the body changes.
template <std::unsigned_integral Number>
struct version_in {
    const Number* variable;

    constexpr Number operator()() const { return *variable; }
};

}  // namespace detail

// Stands for the version of a body that has none.
struct no_version {};

// A source whose body is written by a function: `generated_body{[&log](body_writer& to) { ... }}`.
// The function is called once per block, and may write something else each time. The ETag is a hash
// of all the bytes that it writes.
//
// With a version, as in `generated_body{write, [&log] { return log.version; }}`, the ETag is made
// of the version alone, and bytes outside the block are counted but not hashed. The caller must
// never give two bodies the same version, not even across a restart, because clients keep ETags
// (RFC 7252 §5.10.6): keep the version in flash, or begin with a random number of 32 bits. A new
// firmware image that writes the body in another way needs a new version, too.
template <std::invocable<body_writer&> Write, typename Version = no_version>
struct generated_body {
    Write write;
    [[no_unique_address]] Version version{};

    [[nodiscard]] body_info measure() const { return generate(0, {}); }
    [[nodiscard]] body_info generate(std::uint32_t offset, mutable_bytes to) const {
        body_writer all = writer(to, offset);
        write(all);
        return {static_cast<std::uint32_t>(all.size()), all.tag()};
    }
    [[nodiscard]] bool read(std::uint32_t offset, mutable_bytes to) const {
        return generate(offset, to).size >= offset + to.size();
    }

private:
    body_writer writer(mutable_bytes to, std::uint32_t offset) const {
        if constexpr (std::same_as<Version, no_version>) return body_writer{to, offset};
        else return body_writer{to, offset, etag::of_version(version())};
    }
};
template <typename Write>
generated_body(Write) -> generated_body<Write>;
template <typename Write, detail::giving_version Version>
generated_body(Write, Version) -> generated_body<Write, Version>;

}  // namespace mincoap
