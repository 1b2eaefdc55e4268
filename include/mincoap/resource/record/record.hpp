// Structs in CBOR (application/cbor). `fields` describes the struct once (see cbor/fields.hpp).
// Clients read and write all of it, or some members.
//
//     record(current, settings_fields)                 a variable: GET, PUT, FETCH, iPATCH
//     record(std::as_const(current), settings_fields)  the same, read only: GET, FETCH
//     record(current, settings_fields, check)          a variable, and a function that sees a new
//                                                      value before the variable changes
//     record(read, write, settings_fields)             functions
//     record(read, settings_fields)                    the same, read only
//
//     record<code::get, code::put>(...)                these methods alone; the others are not linked
//     record(...).deterministic()                      takes the deterministic encoding only
//                                                      (RFC 8949 §4.2.1)
//
// `read` returns the struct. `check` and `write` have the parameter `const T&` and return
//     void   the server answers 2.04
//     bool   2.04 for true; 4.22 for false, or 4.09 if the method is iPATCH
//     code   the response. If `check` returns an error, the variable stays as it was.
//
// GET answers with a map of all members. FETCH (RFC 8132 §2) sends an array of keys, each once, and
// gets a map of these members. Both responses go in blocks, with an ETag.
//
// PUT sends a map of each member once. It may leave out the members that are read only, or send
// their present values. iPATCH (RFC 8132 §3) sends a map of the members to change. No format of
// patches in CBOR is registered, so this is a convention of this resource. PUT and iPATCH change
// all or nothing. The payload has to fit one datagram, because there is no Block1. Both methods
// compare If-Match and If-None-Match with the ETag of GET. If the request has one of these options,
// `read` is called twice, and should return the same value: the first one is compared, the second
// is changed.
//
// FETCH and iPATCH must name CBOR by a Content-Format (RFC 8132 §2.3.1). Otherwise, the server
// answers 4.15.
//
// Errors of the payload:
//     4.00  The CBOR is not well-formed, or a text is not UTF-8.
//     4.22  A key is unknown, missing or there twice, or a value has another type or is out of range.
//           RFC 8132 §2.2 and §3.4 demand this code for FETCH and iPATCH. PUT uses it as well,
//           because a response code belongs to no method, and a client that does not know it treats
//           it as 4.00 (RFC 7252 §5.9).
//     4.09  `check` or `write` returned false for an iPATCH: the new members conflict with the others
//           (RFC 8132 §3.4).
#pragma once

#include <concepts>

#include <mincoap/cbor/fields.hpp>
#include <mincoap/resource/conditional.hpp>
#include <mincoap/resource/record/record_view.hpp>
#include <mincoap/resource/source.hpp>

namespace mincoap {
namespace detail {

// True if the request's If-Match and If-None-Match, if any, allow a change (RFC 7252 §5.10.8).
[[nodiscard]] inline bool may_change(const request& r, const record_view& all) {
    return (r.critical_options & conditional_options) == 0 || precondition_holds(r, generated_body{all}.measure().tag);
}

// The code of the response to a payload that could not be read; `code::empty` if it could.
[[nodiscard]] constexpr code refusal(cbor::read_error error) {
    if (error == cbor::read_error::none) return code::empty;
    return error == cbor::read_error::malformed ? code::bad_request : code::unprocessable_entity;
}

struct get_record : method<code::get> {
    static constexpr format_option produces = content_format::cbor;
    static constexpr option_set accepted_options = set_of(option::block2);

    template <typename Self>
    static reply serve(const Self& self, const request& r) {
        return record_content(self, r, Self::all);
    }
};

struct fetch_record : method<code::fetch> {
    static constexpr format_option consumes = content_format::cbor;
    static constexpr format_option produces = content_format::cbor;
    static constexpr option_set accepted_options = set_of(option::block2);

    template <typename Self>
    static reply serve(const Self& self, const request& r) {
        cbor::member_set members = 0;
        const code refused = refusal(self.fields->template select<Self::mode>(r.payload(), members));
        return refused == code::empty ? record_content(self, r, members) : reply{refused};
    }
};

// Changes all or nothing. PUT and iPATCH share this function, which makes a program smaller.
template <typename Self>
code change_record(const Self& self, const request& r, cbor::decode_as kind) {
    if (!may_change(r, view_of(self, Self::all))) return code::precondition_failed;
    auto changed = self.read();
    const code refused = refusal(self.fields->template decode<Self::mode>(r.payload(), changed, kind));
    if (refused != code::empty) return refused;
    return self.write(changed, kind == cbor::decode_as::patch ? code::conflict : code::unprocessable_entity);
}

struct put_record : method<code::put> {
    static constexpr format_option consumes = content_format::cbor;
    static constexpr option_set accepted_options = conditional_options;
    static reply serve(const auto& self, const request& r) { return change_record(self, r, cbor::decode_as::whole); }
};

struct patch_record : method<code::ipatch> {
    static constexpr format_option consumes = content_format::cbor;
    static constexpr option_set accepted_options = conditional_options;
    static reply serve(const auto& self, const request& r) { return change_record(self, r, cbor::decode_as::patch); }
};

// The method of a record that has that code. The type of the result is used, never its value.
template <code Method>
constexpr auto record_method() {
    if constexpr (Method == code::get) return get_record{};
    else if constexpr (Method == code::fetch) return fetch_record{};
    else if constexpr (Method == code::put) return put_record{};
    else return patch_record{};
}

constexpr bool reads_record(code method) { return method == code::get || method == code::fetch; }
constexpr bool writes_record(code method) { return method == code::put || method == code::ipatch; }

}  // namespace detail

// Made by `record`.
template <typename Source, typename Fields, cbor::mode Mode, code... Methods>
struct record_resource : Source {
    static constexpr cbor::mode mode = Mode;
    static constexpr cbor::member_set all = Fields::all;
    const Fields* fields;

    constexpr record_resource(Source from, const Fields& f) : Source(from), fields(&f) {}

    // Rejects, with 4.00, a payload that is not in the deterministic encoding.
    [[nodiscard]] constexpr auto deterministic() const {
        return record_resource<Source, Fields, cbor::mode::deterministic, Methods...>{*this, *fields};
    }

    using methods = method_list<decltype(detail::record_method<Methods>())...>;
};

namespace detail {

template <typename T>
inline constexpr bool are_record_fields = false;
template <typename Record, typename... Fields>
inline constexpr bool are_record_fields<record_fields<Record, Fields...>> = true;

// The last argument, or the last but one, of `record`.
template <typename T>
concept record_fields_argument = are_record_fields<std::remove_cvref_t<T>>;

// Checks what the forms of `record` have in common. Without `Methods`, the resource has all that
// its source allows.
template <code... Methods, typename Source, typename Fields>
constexpr auto record_of(Source source, Fields&& fields) {
    using described = std::remove_cvref_t<Fields>;
    static_assert(
        std::is_lvalue_reference_v<Fields>,
        "mincoap: the fields are a temporary, which does not outlive the site; make them a constexpr variable");
    static_assert(std::is_same_v<value_type_of<Source>, typename described::record>,
                  "mincoap: the fields describe another struct than the one that is read");
    static_assert(((reads_record(Methods) || writes_record(Methods)) && ...),
                  "mincoap: a record has the methods GET, PUT, FETCH and iPATCH");
    static_assert(writable_source<Source> || (!writes_record(Methods) && ...),
                  "mincoap: a record that is read only has the methods GET and FETCH");
    constexpr auto mode = cbor::mode::lenient;
    if constexpr (sizeof...(Methods) != 0) return record_resource<Source, described, mode, Methods...>{source, fields};
    else if constexpr (writable_source<Source>)
        return record_resource<Source, described, mode, code::get, code::put, code::fetch, code::ipatch>{source,
                                                                                                         fields};
    else return record_resource<Source, described, mode, code::get, code::fetch>{source, fields};
}

}  // namespace detail

// Makes a resource of a variable, or of a function that reads. Variables and fields must outlive
// the site. Functions are copied.
template <code... Methods, typename Given, detail::record_fields_argument Fields>
[[nodiscard]] constexpr auto record(Given&& variable_or_read, Fields&& fields) {
    return detail::record_of<Methods...>(detail::source_of(std::forward<Given>(variable_or_read)),
                                         std::forward<Fields>(fields));
}

// Makes a resource of a variable that changes only if `check` does not return an error for the new
// value.
template <code... Methods, typename Variable, detail::record_fields_argument Fields, typename Check>
[[nodiscard]] constexpr auto record(Variable& variable, Fields&& fields, Check check) {
    static_assert(!std::is_const_v<Variable>, "mincoap: a constant record does not change; leave the function out");
    detail::check_write_function<Check, Variable>();
    return detail::record_of<Methods...>(detail::checked_source<Variable, Check>{&variable, check},
                                         std::forward<Fields>(fields));
}

// Makes a resource of a function that reads and one that writes.
template <code... Methods, typename Read, typename Write, detail::record_fields_argument Fields>
[[nodiscard]] constexpr auto record(Read read, Write write, Fields&& fields) {
    return detail::record_of<Methods...>(detail::source_of(read, write), std::forward<Fields>(fields));
}

// Any other arguments are a mistake.
template <code... Methods, typename... Arguments>
constexpr auto record(Arguments&&...) {
    static_assert(
        sizeof...(Arguments) == std::size_t(-1),
        "mincoap: the arguments of record are (variable, fields), (variable, fields, check), (read, fields) or "
        "(read, write, fields)");
}

}  // namespace mincoap
