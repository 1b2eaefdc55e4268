// The fields of SenML records (RFC 8428), and the values that are read for them. See senml.hpp.
#pragma once

#include <bit>
#include <concepts>
#include <optional>
#include <utility>

#include <mincoap/cbor/writer.hpp>
#include <mincoap/message/payload_view.hpp>
#include <mincoap/resource/source.hpp>

namespace mincoap::detail::senml {

// The labels of the fields in CBOR (RFC 8428 §6).
enum class label : std::int8_t {
    base_time = -3,
    base_name = -2,
    name = 0,
    unit = 1,
    value = 2,
    text = 3,
    boolean = 4,
    sum = 5,
    time = 6,
    update_time = 7,
    data = 8,
};

constexpr void write_label(label of, cbor::writer& to) { to.integer(static_cast<std::int64_t>(of)); }

// A view that may be a member of a union.
struct plain_view {
    const byte* data;
    std::size_t size;
};

// A field with its value, or nothing. The function writes the type of this value, so that a program
// links the writers of the types that it uses, and no others.
struct reading {
    void (*write)(const reading&, cbor::writer&);
    label of;
    union {
        std::uint64_t bits;
        plain_view view;
    };

    constexpr bool is_there() const { return write != nullptr; }
};

inline void write_unsigned(const reading& r, cbor::writer& to) { to.unsigned_integer(r.bits); }
inline void write_signed(const reading& r, cbor::writer& to) { to.integer(static_cast<std::int64_t>(r.bits)); }
inline void write_double(const reading& r, cbor::writer& to) { to.floating_point(std::bit_cast<double>(r.bits)); }
inline void write_bool(const reading& r, cbor::writer& to) { to.boolean(r.bits != 0); }
inline void write_data(const reading& r, cbor::writer& to) { to.byte_string({r.view.data, r.view.size}); }
inline void write_text(const reading& r, cbor::writer& to) { to.text_string(as_text({r.view.data, r.view.size})); }

template <typename T>
concept floating_point = std::same_as<T, float> || std::same_as<T, double>;
template <typename T>
concept integer = std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= sizeof(std::uint64_t);

// An object that owns text or bytes and outlives the response: a variable, or a reference that a
// function returns.
template <typename T>
concept lasting_owner = std::is_lvalue_reference_v<T> &&
                        (byte_like<std::remove_cvref_t<T>> || std::is_array_v<std::remove_cvref_t<T>>) && buffer<T>;
// Text or bytes that outlive the response: a view, or an owner that lasts.
template <typename T>
concept viewable = (std::constructible_from<payload_view, T> && !buffer<T>) || lasting_owner<T>;

template <viewable T>
constexpr payload_view view_of(T&& value) {
    if constexpr (!lasting_owner<T&&>) return std::forward<T>(value);
    else if constexpr (std::convertible_to<T, std::string_view>) return std::string_view{value};
    else return bytes{value};
}

template <typename T>
concept plain_value = std::same_as<T, bool> || integer<T> || floating_point<T>;

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;

// The reading of a double, given by its bits. NaN and infinities give no reading, because the
// numbers of SenML are those of JSON (RFC 8428 §6).
inline reading reading_of_double(std::uint64_t bits) {
    const bool is_finite = (bits >> 52 & 0x7ff) != 0x7ff;
    return {is_finite ? &write_double : nullptr, label::value, {bits}};
}

// The bits of a number as a double. A float is widened by its bits, because a conversion would link
// its emulation.
constexpr std::uint64_t double_bits(double value) { return std::bit_cast<std::uint64_t>(value); }
constexpr std::uint64_t double_bits(float value) {
    return cbor::detail::widened(std::bit_cast<std::uint32_t>(value), cbor::detail::single_format);
}

template <plain_value T>
reading reading_of(T value) {
    if constexpr (floating_point<T>) return reading_of_double(double_bits(value));
    else if constexpr (std::same_as<T, bool>) return {&write_bool, label::boolean, {value}};
    else if constexpr (std::is_signed_v<T>) return {&write_signed, label::value, {static_cast<std::uint64_t>(value)}};
    else return {&write_unsigned, label::value, {value}};
}
template <viewable T>
reading reading_of(T&& value) {
    constexpr bool is_text = std::convertible_to<T, std::string_view>;
    const payload_view view = view_of<T>(std::forward<T>(value));
    reading r{is_text ? &write_text : &write_data, is_text ? label::text : label::data, {}};
    r.view = {view.data(), view.size()};
    return r;
}
template <typename T>
    requires is_optional<std::remove_cvref_t<T>>
reading reading_of(T&& value) {
    return value ? reading_of(*std::forward<T>(value)) : reading{};
}

// The types that a source may return, with or without a reference: for a value, for a sum or a
// time, and for a name.
template <typename T>
concept value_type = plain_value<std::remove_cvref_t<T>> || viewable<T>;
template <typename T>
concept number_type = integer<std::remove_cvref_t<T>> || floating_point<std::remove_cvref_t<T>>;
template <typename T>
concept text_type = viewable<T> && std::convertible_to<T, std::string_view>;

// The type that a std::optional holds, and any other type itself.
template <typename T>
struct held {
    using type = T;
};
template <typename T>
    requires is_optional<std::remove_cvref_t<T>>
struct held<T> {
    using type = decltype(*std::declval<T>());
};

template <label Of>
inline constexpr bool is_number_field = Of == label::sum || Of == label::time || Of == label::base_time;

// A field of a record, and the source of its value.
template <label Of, typename Source>
struct field {
    Source source;

    using result = decltype(std::declval<const Source&>().read());
    using type = typename held<result>::type;
    static constexpr bool is_value = Of != label::value || value_type<type>;
    static constexpr bool is_number = !is_number_field<Of> || number_type<type>;
    static constexpr bool is_name = Of != label::base_name || text_type<result>;
    static_assert(is_value,
                  "mincoap: a SenML value is a bool, an integer, a float or double, text or bytes that outlive "
                  "the response, or a std::optional of one");
    static_assert(is_number,
                  "mincoap: a sum or time of SenML is an integer, a float or double, or a std::optional of one");
    static_assert(is_name, "mincoap: a SenML base name is text that outlives the response");

    static constexpr label of = Of;
    [[nodiscard]] reading read() const {
        reading r = reading_of(source.read());
        if constexpr (Of != label::value) r.of = Of;
        return r;
    }
};

// Makes a field of a function, which is copied, or of a variable, which must outlive the site.
template <label Of, typename Given>
[[nodiscard]] constexpr auto field_of(Given&& given) {
    using type = std::remove_reference_t<Given>;
    static_assert(!std::is_same_v<std::remove_extent_t<type>, char>,
                  "mincoap: a char array does not tell how much of it is text; pass a function that returns a "
                  "std::string_view");
    auto source = source_of(std::forward<Given>(given));
    return field<Of, decltype(source)>{source};
}

}  // namespace mincoap::detail::senml
