// Structs as application/cbor: described once by `fields` (see cbor/fields.hpp), read and written as a whole or by
// members.
//
//     record(current, settings_fields)                 a variable: GET, PUT, FETCH, iPATCH
//     record(std::as_const(current), settings_fields)  the same, read only: GET, FETCH
//     record(current, settings_fields, accept)         `accept` is told a new value before it is there: void(const T&),
//                                                      bool(const T&) with false for 4.22 (4.09 for iPATCH), or
//                                                      code(const T&), of which an error leaves all as it was
//     record(read, write, settings_fields)             functions: T read(), and `write` as `accept`
//     record(read, settings_fields)                    the same, read only
//
//     record<code::get, code::put>(...)                these methods alone; what is not named is not linked
//     record(...).deterministic()                      takes the deterministic encoding only (RFC 8949 §4.2.1)
//
// GET answers with a map of all members; FETCH (RFC 8132 §2) sends an array of keys, each once, and is answered with a
// map of these. Both go in blocks, with an ETag. PUT sends a map of each member once; those that are read only may be
// left out, or be as they are. iPATCH (RFC 8132 §3) sends a map of the members to change: a convention of this
// resource, since no format of patches in CBOR is registered. PUT and iPATCH change all or nothing, hold If-Match and
// If-None-Match against the ETag of GET, and have one datagram for it: there is no Block1. With one of these options
// `read` is called twice for the request, and should give the same: the first is compared, the second is changed.
//
// FETCH and iPATCH say that they are in CBOR, by a Content-Format (RFC 8132 §2.3.1), or are answered with 4.15.
//
// What is not well-formed is answered with 4.00, and so is text that is not UTF-8. What is, as far as it was read, but
// has a key that is unknown, missing or there twice, or a value of another type or beyond its limits, with 4.22: RFC
// 8132 §2.2 and §3.4 have it so for FETCH and iPATCH, a response code belongs to no method, and a client that does not
// know this one takes it for 4.00 (RFC 7252 §5.9). What `accept` does not like of an iPATCH is a conflict with the
// members that stay, 4.09 (RFC 8132 §3.4).
#pragma once

#include <concepts>

#include <mincoap/cbor/fields.hpp>
#include <mincoap/resource/conditional.hpp>
#include <mincoap/resource/record/record_body.hpp>

namespace mincoap {
namespace detail {

// RFC 7252 §5.10.8
inline bool may_change(const request& r, const record_body& whole) {
    return (r.critical & conditional_options) == 0 || precondition_holds(r, generated_body{whole}.measure().tag);
}

// Of a payload, and of one without an error `code::empty`.
constexpr code refusal(cbor::read_error error) {
    if (error == cbor::read_error::none) return code::empty;
    return error == cbor::read_error::malformed ? code::bad_request : code::unprocessable_entity;
}

// What a function says of a new value, as the code of the response.
template <typename Accept, typename Record>
code verdict(const Accept& accept, const Record& value, code refused) {
    using result = std::invoke_result_t<const Accept&, const Record&>;
    static_assert(std::is_void_v<result> || std::same_as<result, bool> || std::same_as<result, code>,
                  "mincoap: the function that takes a new value gives nothing, a bool or a code");
    if constexpr (std::is_void_v<result>) return accept(value), code::changed;
    else if constexpr (std::same_as<result, bool>) return accept(value) ? code::changed : refused;
    else return accept(value);
}

// ---- The methods

template <code Method>
struct record_method;

template <>
struct record_method<code::get> : method<code::get> {
    static constexpr format_option produces = content_format::cbor;
    static constexpr option_set accepted_options = set_of(option::block2);

    template <typename Self>
    static reply serve(const Self& self, const request& r) {
        return record_content(self, r, Self::all);
    }
};

template <>
struct record_method<code::fetch> : method<code::fetch> {
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

// All or nothing, for PUT and iPATCH alike.
template <typename Self>
code change_record(const Self& self, const request& r, cbor::holding held) {
    if (!may_change(r, body_of(self, Self::all))) return code::precondition_failed;
    auto changed = self.read();
    const code refused = refusal(self.fields->template decode<Self::mode>(r.payload(), changed, held));
    if (refused != code::empty) return refused;
    return self.write(changed, held == cbor::holding::changes ? code::conflict : code::unprocessable_entity);
}

template <code Method, cbor::holding Held>
struct change_method : method<Method> {
    static constexpr format_option consumes = content_format::cbor;
    static constexpr option_set accepted_options = conditional_options;

    static reply serve(const auto& self, const request& r) { return change_record(self, r, Held); }
};
template <>
struct record_method<code::put> : change_method<code::put, cbor::holding::everything> {};
template <>
struct record_method<code::ipatch> : change_method<code::ipatch, cbor::holding::changes> {};

// ---- What is read and written

template <typename Record>
struct record_constant {
    const Record* target;
    const Record& read() const { return *target; }
};
template <typename Record>
struct record_variable {
    Record* target;
    const Record& read() const { return *target; }
    code write(const Record& value, code) const { return *target = value, code::changed; }
};
template <typename Record, typename Accept>
struct record_guarded {
    Record* target;
    Accept accept;
    const Record& read() const { return *target; }
    code write(const Record& value, code refused) const {
        const code answer = verdict(accept, value, refused);
        if (!is_error(answer)) *target = value;
        return answer;
    }
};
template <typename Read>
struct record_reader {
    Read read;
};
template <typename Read, typename Write>
struct record_accessors {
    Read read;
    Write store;
    auto write(const auto& value, code refused) const { return verdict(store, value, refused); }
};

}  // namespace detail

template <typename Access, typename Fields, cbor::mode Mode, code... Methods>
struct record_resource : linkable<record_resource<Access, Fields, Mode, Methods...>>, Access {
    static constexpr cbor::mode mode = Mode;
    static constexpr cbor::member_set all = Fields::all;
    const Fields* fields;

    constexpr record_resource(Access a, const Fields& f) : Access(a), fields(&f) {}

    constexpr auto deterministic() const {
        return record_resource<Access, Fields, cbor::mode::deterministic, Methods...>{*this, *fields};
    }

    using methods = method_list<detail::record_method<Methods>...>;
};

namespace detail {

template <code Method>
inline constexpr bool reads_record = Method == code::get || Method == code::fetch;

template <code... Methods, typename Access, typename Fields>
constexpr auto readable_record(Access access, const Fields& fields) {
    static_assert((reads_record<Methods> && ...), "mincoap: a record that is read only has GET and FETCH");
    if constexpr (sizeof...(Methods) == 0) return readable_record<code::get, code::fetch>(access, fields);
    else return record_resource<Access, Fields, cbor::mode::lenient, Methods...>{access, fields};
}
template <code... Methods, typename Access, typename Fields>
constexpr auto writable_record(Access access, const Fields& fields) {
    static_assert(((reads_record<Methods> || Methods == code::put || Methods == code::ipatch) && ...),
                  "mincoap: a record has GET, PUT, FETCH and iPATCH");
    if constexpr (sizeof...(Methods) == 0)
        return writable_record<code::get, code::put, code::fetch, code::ipatch>(access, fields);
    else return record_resource<Access, Fields, cbor::mode::lenient, Methods...>{access, fields};
}

template <typename Read, typename Record>
concept reads =
    std::invocable<const Read&> && std::same_as<std::remove_cvref_t<std::invoke_result_t<const Read&>>, Record>;

}  // namespace detail

// What is given by reference, the fields included, outlives the site.
template <code... Methods, typename Record, typename... Fields>
constexpr auto record(Record& target, const record_fields<Record, Fields...>& fields) {
    return detail::writable_record<Methods...>(detail::record_variable<Record>{&target}, fields);
}
template <code... Methods, typename Record, typename... Fields>
constexpr auto record(const Record& target, const record_fields<Record, Fields...>& fields) {
    return detail::readable_record<Methods...>(detail::record_constant<Record>{&target}, fields);
}
template <code... Methods, typename Record, typename... Fields, std::invocable<const Record&> Accept>
constexpr auto record(Record& target, const record_fields<Record, Fields...>& fields, Accept accept) {
    return detail::writable_record<Methods...>(detail::record_guarded<Record, Accept>{&target, accept}, fields);
}

template <code... Methods, typename Record, typename... Fields, detail::reads<Record> Read>
constexpr auto record(Read read, const record_fields<Record, Fields...>& fields) {
    return detail::readable_record<Methods...>(detail::record_reader<Read>{read}, fields);
}
template <code... Methods, typename Record, typename... Fields, detail::reads<Record> Read,
          std::invocable<const Record&> Write>
constexpr auto record(Read read, Write write, const record_fields<Record, Fields...>& fields) {
    return detail::writable_record<Methods...>(detail::record_accessors<Read, Write>{read, write}, fields);
}

// What would not outlive the expression.
template <code... Methods, typename Record, typename... Fields>
constexpr auto record(const Record&& temporary, const record_fields<Record, Fields...>& fields, auto...) = delete;
template <code... Methods, typename Target, typename Record, typename... Fields>
constexpr auto record(Target&& target, const record_fields<Record, Fields...>&& temporary, auto...) = delete;
template <code... Methods, typename Record, typename... Fields>
constexpr auto record(auto read, auto write, const record_fields<Record, Fields...>&& temporary) = delete;

}  // namespace mincoap
