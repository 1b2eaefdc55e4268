// Measurements as a SenML pack (RFC 8428) in CBOR, to be read:
//
//     at<"sensors">(senml<"urn:dev:ow:10e2073a01080063:">(entry<"temp", "Cel">(read_temperature),
//                                                         entry<"humid", "%RH">(humidity),
//                                                         entry<"power", "W">(power).sum(joules).update_time<60>(),
//                                                         entry<"door">(is_open))
//                       .base_time(read_clock))
//
// An entry has a name, a unit, and a value from a function without parameters or a variable that outlives the site: a
// bool (vb), an integer, float or double (v), text (vs) or bytes (vd), or a std::optional of one. What a function gives
// as text or bytes is a view of what stays until the reply is written. `sum`, `time` and `base_time` take numbers from
// the same; times are in seconds, since 1970 or, below 2^28, relative to now (§4.5.3). A base name that is known at run
// time only comes first: `senml(read_name, entry...)`. What §4.5.1 asks of names is checked where they stand in angle
// brackets.
//
// What is not there now, or is NaN or infinite, which the numbers of SenML never are (§6), is left out; an entry
// without value and sum goes with it, and if none is left, the answer is 5.03, as a pack has at least one record (§11).
//
// Values are read once for a request, and kept on the stack while the block is written: 16 bytes for each (32 on a
// 64-bit machine). A large pack goes in blocks: each block reads anew, and has another ETag if something has changed.
//
// Not there: SenML in JSON, which needs floating-point numbers in decimal, and actuation (§4.7).
#pragma once

#include <tuple>

#include <mincoap/message/text_literal.hpp>
#include <mincoap/resource/resource.hpp>
#include <mincoap/resource/senml/senml_pack.hpp>

namespace mincoap {
namespace detail::senml {

// RFC 8428 §4.5.1.
constexpr bool is_alphanumeric(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
constexpr bool has_name_characters(std::string_view name) {
    bool valid = true;
    for (const char c : name) valid = valid && (is_alphanumeric(c) || std::string_view{"-:./_"}.contains(c));
    return valid;
}
constexpr bool begins_name(std::string_view base, std::string_view name) {
    if (base.empty()) base = name;
    return !base.empty() && is_alphanumeric(base[0]);
}

constexpr void write_text(label of, std::string_view text, cbor::writer& to) {
    if (text.empty()) return;
    write_label(of, to);
    to.text_string(text);
}

template <typename... Fields>
void read_fields(const std::tuple<Fields...>& fields, reading*& to) {
    std::apply([&to](const auto&... each) { ((*to++ = each.read()), ...); }, fields);
}

// As many readings as the records have fields, in their order.
template <typename... Records>
auto read_all(const std::tuple<Records...>& records) {
    std::array<reading, (Records::reading_count + ...)> now;
    reading* to = now.data();
    std::apply([&to](const auto&... each) { (read_fields(each.fields, to), ...); }, records);
    return now;
}

// The fields of a record that never change.
template <typename Record>
inline constexpr auto encoded = [] {
    constexpr std::size_t size = [] {
        body_writer all;
        Record::write(all);
        return all.size();
    }();
    std::array<byte, size> fixed{};
    body_writer to{fixed};
    Record::write(to);
    return fixed;
}();

template <typename Record>
inline constexpr record record_of{encoded<Record>, Record::fixed_count, Record::reading_count};
template <typename... Records>
inline constexpr std::array<record, sizeof...(Records)> layout{record_of<Records>...};

// The fields, and one more.
template <label Of, typename... Fields>
constexpr auto with_field(const std::tuple<Fields...>& fields, auto&& source) {
    static_assert(((Fields::of != Of) && ...), "mincoap: a field of a SenML record stands twice");
    return std::tuple_cat(fields, std::tuple{field_of<Of>(std::forward<decltype(source)>(source))});
}

// What is common to all entries. The name may be empty, or come from a field.
template <text_literal Name, typename Fields>
struct base;
template <text_literal Name, typename... Fields>
struct base<Name, std::tuple<Fields...>> {
    std::tuple<Fields...> fields;

    static constexpr std::string_view name = Name.view();
    static constexpr bool has_known_name = ((Fields::of != label::base_name) && ...);
    static constexpr byte fixed_count = name.empty() ? 0 : 1;
    static constexpr byte reading_count = sizeof...(Fields);
    static constexpr void write(body_writer& body) {
        cbor::writer to{body};
        write_text(label::base_name, name, to);
    }

    template <typename More>
    using with = base<Name, More>;
};

}  // namespace detail::senml

// Made by `entry`.
template <text_literal Name, text_literal Unit, std::uint32_t UpdateTime, typename Fields>
struct senml_entry;
template <text_literal Name, text_literal Unit, std::uint32_t UpdateTime, typename... Fields>
struct senml_entry<Name, Unit, UpdateTime, std::tuple<Fields...>> {
    std::tuple<Fields...> fields;

    // The integral of the value over time.
    constexpr auto sum(auto&& source) const {
        return with<detail::senml::label::sum>(std::forward<decltype(source)>(source));
    }
    // When it was measured.
    constexpr auto time(auto&& source) const {
        return with<detail::senml::label::time>(std::forward<decltype(source)>(source));
    }
    // After how many seconds, at most, there will be another value.
    template <std::uint32_t Seconds>
    constexpr auto update_time() const {
        return senml_entry<Name, Unit, Seconds, std::tuple<Fields...>>{fields};
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
    template <detail::senml::label Of>
    constexpr auto with(auto&& source) const {
        auto more = detail::senml::with_field<Of>(fields, std::forward<decltype(source)>(source));
        return senml_entry<Name, Unit, UpdateTime, decltype(more)>{more};
    }
};

namespace detail::senml {

template <typename T>
inline constexpr bool is_entry = false;
template <text_literal Name, text_literal Unit, std::uint32_t UpdateTime, typename Fields>
inline constexpr bool is_entry<senml_entry<Name, Unit, UpdateTime, Fields>> = true;
template <typename T>
concept entry = is_entry<T>;

template <typename... Entries>
constexpr bool has_duplicate_name() {
    constexpr std::string_view names[]{Entries::name...};
    constexpr bool of_now[]{Entries::is_of_now...};
    for (std::size_t i = 0; i < sizeof...(Entries); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (of_now[i] && of_now[j] && names[i] == names[j]) return true;
    return false;
}

}  // namespace detail::senml

template <typename Base, detail::senml::entry... Entries>
struct senml_pack {
    static_assert(sizeof...(Entries) != 0, "mincoap: a SenML pack has at least one entry");
    static_assert(detail::senml::has_name_characters(Base::name) &&
                      (detail::senml::has_name_characters(Entries::name) && ...),
                  "mincoap: a SenML name is made of A-Z a-z 0-9 - : . / _");
    static_assert(!Base::has_known_name || (detail::senml::begins_name(Base::name, Entries::name) && ...),
                  "mincoap: a SenML name, the base name in front, starts with a letter or a digit");
    static_assert(!detail::senml::has_duplicate_name<Entries...>(),
                  "mincoap: two entries of a SenML pack have the same name");

    std::tuple<Base, Entries...> records;

    constexpr explicit senml_pack(Base b, Entries... entries) : records(b, entries...) {}

    // What the times of the entries are added to; the time of those that have none.
    constexpr auto base_time(auto&& source) const {
        const auto more = detail::senml::with_field<detail::senml::label::base_time>(
            std::get<0>(records).fields, std::forward<decltype(source)>(source));
        return with_base(typename Base::template with<std::remove_const_t<decltype(more)>>{more});
    }

    struct get : method<code::get> {
        static constexpr format_option produces = content_format::senml_cbor;
        static constexpr option_set accepted_options = set_of(option::block2);
        static reply serve(const senml_pack& self, const request& r) {
            const auto now = detail::senml::read_all(self.records);
            return detail::senml::pack_reply(detail::senml::layout<Base, Entries...>, now, r);
        }
    };
    using methods = method_list<get>;

private:
    template <typename Other>
    constexpr auto with_base(Other other) const {
        return std::apply(
            [&](const Base&, const Entries&... all) { return senml_pack<Other, Entries...>{other, all...}; }, records);
    }
};

// The source is a function, or a variable that outlives the site.
template <text_literal Name, text_literal Unit = "">
constexpr auto entry(auto&& source) {
    const auto fields =
        detail::senml::with_field<detail::senml::label::value>(std::tuple{}, std::forward<decltype(source)>(source));
    return senml_entry<Name, Unit, 0, std::remove_const_t<decltype(fields)>>{fields};
}

template <text_literal BaseName = "", detail::senml::entry... Entries>
constexpr auto senml(Entries... entries) {
    return senml_pack<detail::senml::base<BaseName, std::tuple<>>, Entries...>{{}, entries...};
}

// A base name that is not known before: from a function, or a variable that outlives the site.
template <typename Source, detail::senml::entry... Entries>
    requires(!detail::senml::is_entry<std::remove_cvref_t<Source>>)
constexpr auto senml(Source&& base_name, Entries... entries) {
    static_assert(!std::is_array_v<std::remove_reference_t<Source>>,
                  "mincoap: a SenML base name that is a literal stands in angle brackets: senml<\"urn:dev:\">(...)");
    const auto fields =
        detail::senml::with_field<detail::senml::label::base_name>(std::tuple{}, std::forward<Source>(base_name));
    return senml_pack<detail::senml::base<"", std::remove_const_t<decltype(fields)>>, Entries...>{{fields}, entries...};
}

}  // namespace mincoap
