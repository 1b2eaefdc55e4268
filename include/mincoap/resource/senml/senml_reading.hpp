// The fields of SenML (RFC 8428) and what is read for them. See senml.hpp.
#pragma once

#include <bit>
#include <concepts>
#include <optional>
#include <utility>

#include <mincoap/cbor/writer.hpp>
#include <mincoap/message/payload_view.hpp>

namespace mincoap::detail::senml {

// RFC 8428 §6.
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

// A view that can be in a union.
struct plain_view {
    const byte* data;
    std::size_t size;
};

// A field with its value, or nothing. The function knows the type: what writes another one is not linked.
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

// Text or bytes, and no owner of them that is about to go away: a variable, or a reference that a function gives,
// lasts.
template <typename T>
concept lasting_owner = std::is_lvalue_reference_v<T> &&
                        (byte_like<std::remove_cvref_t<T>> || std::is_array_v<std::remove_cvref_t<T>>) && buffer<T>;
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

// Of a double; RFC 8428 §6: numbers are those of JSON, which has neither NaN nor infinities.
inline reading reading_of_double(std::uint64_t bits) {
    const bool is_finite = (bits >> 52 & 0x7ff) != 0x7ff;
    return {is_finite ? &write_double : nullptr, label::value, {bits}};
}

// By its bits: the conversion of floating-point numbers would be emulated.
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

// What can be read of a source: `T` is what it gives, a reference or not.
template <typename T>
concept value_type = plain_value<std::remove_cvref_t<T>> || viewable<T>;
template <typename T>
concept number_type = integer<std::remove_cvref_t<T>> || floating_point<std::remove_cvref_t<T>>;
template <typename T>
concept text_type = viewable<T> && std::convertible_to<T, std::string_view>;

// The same of what a std::optional holds.
template <typename T>
struct held {
    using type = T;
};
template <typename T>
    requires is_optional<std::remove_cvref_t<T>>
struct held<T> {
    using type = decltype(*std::declval<T>());
};

// A variable is read as a function is.
template <typename T>
struct variable {
    const T* target;
    constexpr const T& operator()() const { return *target; }
};

// Where a field comes from.
template <label Of, typename Source>
struct field {
    Source source;

    using result = std::invoke_result_t<const Source&>;
    using type = typename held<result>::type;
    static_assert(Of != label::value || value_type<type>,
                  "mincoap: a SenML value is a bool, an integer, a float or double, text or bytes that stay, or a "
                  "std::optional of one");
    static_assert((Of != label::sum && Of != label::time && Of != label::base_time) || number_type<type>,
                  "mincoap: a sum or time of SenML is an integer, a float or double, or a std::optional of one");
    static_assert(Of != label::base_name || text_type<result>, "mincoap: a SenML base name is text that stays");

    static constexpr label of = Of;
    reading read() const {
        reading r = reading_of(source());
        if constexpr (Of != label::value) r.of = Of;
        return r;
    }
};

template <label Of, std::invocable Function>
constexpr auto field_of(Function function) {
    return field<Of, Function>{function};
}
template <label Of, typename T>
    requires(!std::invocable<const T&>)
constexpr auto field_of(const T& target) {
    return field<Of, variable<T>>{{&target}};
}
template <label Of, typename T>
    requires(!std::invocable<const T&>)
constexpr auto field_of(const T&& temporary) = delete;  // it would not outlive the expression
template <label Of, std::size_t N>
constexpr auto field_of(char (&buffer)[N]) = delete;  // how much of it is text nobody can tell

}  // namespace mincoap::detail::senml
