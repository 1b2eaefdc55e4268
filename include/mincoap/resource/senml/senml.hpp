// Measurements as a SenML pack (RFC 8428) in CBOR. Clients read them with GET.
//
//     at<"sensors">(senml<"urn:dev:ow:10e2073a01080063:">(entry<"temp", "Cel">(read_temperature),
//                                                         entry<"humid", "%RH">(humidity),
//                                                         entry<"power", "W">(power).sum(joules).update_time<60>(),
//                                                         entry<"door">(is_open))
//                       .base_time(read_clock))
//
// An entry has a name, a unit and a source of its value. The source is a variable, which must
// outlive the site, or a function without parameters. The value is a bool (vb), an integer, float
// or double (v), text (vs) or bytes (vd), or a std::optional of one. Text and bytes from a function
// must stay valid until the response is written.
//
// `sum`, `time` and `base_time` take numbers from such sources too. Times are in seconds since
// 1970. A time below 2^28 is relative to now (RFC 8428 §4.5.3). If the base name is known at run
// time only, its source comes first: `senml(read_name, entry...)`. The compiler checks names in
// angle brackets against RFC 8428 §4.5.1.
//
// A field is left out while its std::optional is empty or its number is NaN or infinite, which
// SenML does not allow (§6). An entry without a value and a sum is left out. If no entry is left,
// the server answers 5.03, because a pack has at least one record (§11).
//
// The server reads all values once per request, and keeps them on the stack while it writes the
// block: 16 bytes for each (32 on a 64-bit machine). A large pack goes in blocks. Each block reads
// the values again, and its ETag changes if one of them has changed.
//
// Not supported: SenML in JSON, which needs floating-point numbers in decimal, and actuation
// (§4.7).
#pragma once

#include <mincoap/resource/resource.hpp>
#include <mincoap/resource/senml/senml_entry.hpp>
#include <mincoap/resource/senml/senml_pack.hpp>

namespace mincoap {
namespace detail::senml {

// The rules for names are those of RFC 8428 §4.5.1.
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

template <typename... Fields>
void read_fields(const std::tuple<Fields...>& fields, reading*& to) {
    std::apply([&to](const auto&... each) { ((*to++ = each.read()), ...); }, fields);
}

// Reads the fields of all records once, in their order.
template <typename... Records>
[[nodiscard]] auto read_all(const std::tuple<Records...>& records) {
    std::array<reading, (Records::reading_count + ...)> now;
    reading* to = now.data();
    std::apply([&to](const auto&... each) { (read_fields(each.fields, to), ...); }, records);
    return now;
}

// The fields of a record that never change, encoded by the compiler.
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

// The fields that all entries share. The base name is empty if it comes from one of the `Fields`.
template <text_literal Name, typename... Fields>
struct base {
    std::tuple<Fields...> fields;

    static constexpr std::string_view name = Name.view();
    static constexpr bool has_known_name = ((Fields::of != label::base_name) && ...);
    static constexpr byte fixed_count = name.empty() ? 0 : 1;
    static constexpr byte reading_count = sizeof...(Fields);
    static constexpr void write(body_writer& body) {
        cbor::writer to{body};
        write_text(label::base_name, name, to);
    }

    // Adds a field.
    template <label Of, typename Source>
    [[nodiscard]] constexpr auto with(field<Of, Source> added) const {
        check_new_field<Of, Fields...>();
        return base<Name, Fields..., field<Of, Source>>{std::tuple_cat(fields, std::tuple{added})};
    }
};

}  // namespace detail::senml

namespace detail::senml {

// True if two entries have the same name and no time, which would tell them apart.
template <typename... Entries>
[[nodiscard]] constexpr bool has_duplicate_name() {
    constexpr std::string_view names[]{Entries::name...};
    constexpr bool of_now[]{Entries::is_of_now...};
    for (std::size_t i = 0; i < sizeof...(Entries); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (of_now[i] && of_now[j] && names[i] == names[j]) return true;
    return false;
}

}  // namespace detail::senml

// Made by `senml`.
template <typename Base, detail::senml::entry... Entries>
struct senml_pack {
    static_assert(sizeof...(Entries) != 0, "mincoap: a SenML pack has at least one entry");
    static_assert(detail::senml::has_name_characters(Base::name) &&
                      (detail::senml::has_name_characters(Entries::name) && ...),
                  "mincoap: a SenML name consists of A-Z a-z 0-9 - : . / _");
    static_assert(!Base::has_known_name || (detail::senml::begins_name(Base::name, Entries::name) && ...),
                  "mincoap: a SenML name, with the base name before it, begins with a letter or a digit");
    static_assert(!detail::senml::has_duplicate_name<Entries...>(),
                  "mincoap: two entries of a SenML pack have the same name");

    std::tuple<Base, Entries...> records;

    constexpr explicit senml_pack(Base base, Entries... entries) : records(base, entries...) {}

    // Adds a time that is added to the times of the entries. Entries without a time have this one.
    [[nodiscard]] constexpr auto base_time(auto&& source) const {
        using detail::senml::label;
        const auto time = detail::senml::field_of<label::base_time>(std::forward<decltype(source)>(source));
        const auto with_time = [&](const Base& base, const Entries&... entries) {
            return mincoap::senml_pack{base.with(time), entries...};
        };
        return std::apply(with_time, records);
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
};

// Makes a resource of entries. Their names are appended to the base name.
template <text_literal BaseName = "", typename... Entries>
    requires(detail::senml::entry<Entries> && ...)
[[nodiscard]] constexpr auto senml(Entries... entries) {
    return senml_pack<detail::senml::base<BaseName>, Entries...>{{}, entries...};
}

// The same with a base name that is known at run time: from a function, which is copied, or from a
// variable, which must outlive the site.
template <typename Source, detail::senml::entry... Entries>
    requires(!detail::senml::entry<std::remove_cvref_t<Source>>)
[[nodiscard]] constexpr auto senml(Source&& base_name, Entries... entries) {
    using namespace detail::senml;
    static_assert(!std::is_array_v<std::remove_reference_t<Source>>,
                  "mincoap: write a SenML base name that is a literal in angle brackets: senml<\"urn:dev:\">(...)");
    const auto name = field_of<label::base_name>(std::forward<Source>(base_name));
    return senml_pack{base<"">{}.with(name), entries...};
}

// Any other arguments are a mistake.
template <text_literal BaseName = "", typename... Arguments>
constexpr auto senml(Arguments...) {
    static_assert(
        sizeof...(Arguments) == static_cast<std::size_t>(-1),
        "mincoap: senml takes entries, and before them the source of a base name unless angle brackets name it");
}

}  // namespace mincoap
