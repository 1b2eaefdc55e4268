// An entry of a SenML pack: a name, a unit, and sources of the value, its sum and its time. See
// senml.hpp.
#pragma once

#include <tuple>

#include <mincoap/message/text_literal.hpp>
#include <mincoap/resource/senml/senml_reading.hpp>

namespace mincoap {
namespace detail::senml {

constexpr void write_text(label of, std::string_view text, cbor::writer& to) {
    if (text.empty()) return;
    write_label(of, to);
    to.text_string(text);
}

template <label Of, typename... Fields>
consteval void check_new_field() {
    static_assert(((Fields::of != Of) && ...), "mincoap: a SenML record has this field already");
}

}  // namespace detail::senml

// Made by `entry`.
template <text_literal Name, text_literal Unit, std::uint32_t UpdateTime, typename... Fields>
struct senml_entry {
    std::tuple<Fields...> fields;

    // Adds the integral of the value over time.
    [[nodiscard]] constexpr auto sum(auto&& source) const {
        return with(detail::senml::field_of<detail::senml::label::sum>(std::forward<decltype(source)>(source)));
    }
    // Adds the time of the measurement.
    [[nodiscard]] constexpr auto time(auto&& source) const {
        return with(detail::senml::field_of<detail::senml::label::time>(std::forward<decltype(source)>(source)));
    }
    // Promises another value after at most that many seconds.
    template <std::uint32_t Seconds>
    [[nodiscard]] constexpr auto update_time() const {
        return senml_entry<Name, Unit, Seconds, Fields...>{fields};
    }

    // For the pack.
    static constexpr std::string_view name = Name.view();
    static constexpr bool is_of_now = ((Fields::of != detail::senml::label::time) && ...);
    static constexpr byte fixed_count = !name.empty() + !Unit.view().empty() + (UpdateTime != 0);
    static constexpr byte reading_count = sizeof...(Fields);
    static constexpr void write(body_writer& body) {
        using namespace detail::senml;
        cbor::writer to{body};
        write_text(label::name, name, to);
        write_text(label::unit, Unit.view(), to);
        if (UpdateTime == 0) return;
        write_label(label::update_time, to);
        to.unsigned_integer(UpdateTime);
    }

private:
    template <detail::senml::label Of, typename Source>
    constexpr auto with(detail::senml::field<Of, Source> added) const {
        detail::senml::check_new_field<Of, Fields...>();
        return senml_entry<Name, Unit, UpdateTime, Fields..., detail::senml::field<Of, Source>>{
            std::tuple_cat(fields, std::tuple{added})};
    }
};

namespace detail::senml {

template <typename T>
inline constexpr bool is_entry = false;
template <text_literal Name, text_literal Unit, std::uint32_t UpdateTime, typename... Fields>
inline constexpr bool is_entry<senml_entry<Name, Unit, UpdateTime, Fields...>> = true;
template <typename T>
concept entry = is_entry<T>;

}  // namespace detail::senml

// Makes an entry of a function, which is copied, or of a variable, which must outlive the site.
template <text_literal Name, text_literal Unit = "">
[[nodiscard]] constexpr auto entry(auto&& source) {
    const auto value = detail::senml::field_of<detail::senml::label::value>(std::forward<decltype(source)>(source));
    return senml_entry<Name, Unit, 0, std::remove_const_t<decltype(value)>>{{value}};
}

// Any other arguments are a mistake.
template <text_literal Name = "", text_literal Unit = "", typename... Arguments>
constexpr auto entry(const Arguments&...) {
    static_assert(sizeof...(Arguments) == static_cast<std::size_t>(-1),
                  "mincoap: the name and the unit of an entry are given in angle brackets: "
                  "entry<\"temp\", \"Cel\">(temperature)");
}

}  // namespace mincoap
