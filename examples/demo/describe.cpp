#include "describe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include <net/if.h>

#include <mincoap/message/content_format.hpp>
#include <mincoap/message/view.hpp>
#include <mincoap/net/endpoint_text.hpp>

#include "utf8.hpp"

namespace demo {
namespace {

using mincoap::byte;
using mincoap::bytes;
using mincoap::code;
using mincoap::content_format;
using mincoap::option;

constexpr std::size_t longest_preview = 32;

// The type of an option's value (RFC 7252 §3.2, §5.10).
enum class format : byte { opaque, uint, text, content_format };

struct option_name {
    option number;
    format value;
    const char* name;
};

constexpr std::array option_names{
    option_name{option::if_match, format::opaque, "If-Match"},
    option_name{option::uri_host, format::text, "Uri-Host"},
    option_name{option::etag, format::opaque, "ETag"},
    option_name{option::if_none_match, format::opaque, "If-None-Match"},
    option_name{option::observe, format::uint, "Observe"},
    option_name{option::uri_port, format::uint, "Uri-Port"},
    option_name{option::location_path, format::text, "Location-Path"},
    option_name{option::oscore, format::opaque, "OSCORE"},
    option_name{option::uri_path, format::text, "Uri-Path"},
    option_name{option::content_format, format::content_format, "Content-Format"},
    option_name{option::max_age, format::uint, "Max-Age"},
    option_name{option::uri_query, format::text, "Uri-Query"},
    option_name{option::hop_limit, format::uint, "Hop-Limit"},
    option_name{option::accept, format::content_format, "Accept"},
    option_name{option::q_block1, format::uint, "Q-Block1"},
    option_name{option::location_query, format::text, "Location-Query"},
    option_name{option::edhoc, format::opaque, "EDHOC"},
    option_name{option::block2, format::uint, "Block2"},
    option_name{option::block1, format::uint, "Block1"},
    option_name{option::size2, format::uint, "Size2"},
    option_name{option::q_block2, format::uint, "Q-Block2"},
    option_name{option::proxy_uri, format::text, "Proxy-Uri"},
    option_name{option::proxy_scheme, format::text, "Proxy-Scheme"},
    option_name{option::size1, format::uint, "Size1"},
    option_name{option::echo, format::opaque, "Echo"},
    option_name{option::no_response, format::uint, "No-Response"},
    option_name{option::request_tag, format::opaque, "Request-Tag"},
};

static_assert(option_names.size() == mincoap::message::option_table.size(), "each option of the table has a name here");

struct media_type {
    content_format number;
    const char* name;
};

constexpr std::array media_types{
    media_type{content_format::text_plain, "text/plain"},
    media_type{content_format::link_format, "application/link-format"},
    media_type{content_format::xml, "application/xml"},
    media_type{content_format::octet_stream, "application/octet-stream"},
    media_type{content_format::json, "application/json"},
    media_type{content_format::json_patch, "application/json-patch+json"},
    media_type{content_format::merge_patch, "application/merge-patch+json"},
    media_type{content_format::cbor, "application/cbor"},
    media_type{content_format::cwt, "application/cwt"},
    media_type{content_format::senml_json, "application/senml+json"},
    media_type{content_format::senml_cbor, "application/senml+cbor"},
    media_type{content_format::concise_problem_details, "application/concise-problem-details+cbor"},
};

std::string hex(bytes data) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned b : data) (text += digits[b >> 4]) += digits[b & 15];
    return text;
}

std::string hex_preview(bytes data) {
    return data.size() > longest_preview ? hex(data.first(longest_preview)) + "..." : hex(data);
}

// Lines of text. Only the end of a line moves a terminal's cursor.
bool is_text(bytes data) {
    while (!data.empty()) {
        const auto* const end = std::find(data.data(), data.data() + data.size(), '\n');
        const auto size = static_cast<std::size_t>(end - data.data());
        if (!is_one_line(data.first(size))) return false;
        data = data.subspan(std::min(size + 1, data.size()));
    }
    return true;
}

std::string quoted(bytes text) {
    std::string inside;
    for (const char c : mincoap::as_text(text)) {
        if (c == '"' || c == '\\') inside += '\\';
        if (c == '\n') inside += "\\n";
        else inside += c;
    }
    return '"' + inside + '"';
}

// The beginning of the text, up to a whole character.
bytes beginning_of(bytes text) {
    std::size_t size = std::min(text.size(), longest_preview);
    while (size < text.size() && (text[size] & 0xc0) == 0x80) ++size;
    return text.first(size);
}

std::string preview(bytes data) {
    if (!is_text(data)) return hex_preview(data);
    const bytes shown = beginning_of(data);
    return quoted(shown) + (shown.size() < data.size() ? "..." : "");
}

std::string_view name_of(mincoap::message::type type) {
    constexpr std::array<std::string_view, 4> names{"CON", "NON", "ACK", "RST"};
    return names[static_cast<std::size_t>(type)];
}

std::string name_of(code c) {
    constexpr std::array names{"Empty", "GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"};
    if (c <= code::ipatch) return names[static_cast<std::size_t>(c)];
    const unsigned detail = static_cast<unsigned>(c) & 31;
    return std::to_string(class_of(c)) + (detail < 10 ? ".0" : ".") + std::to_string(detail);
}

std::string name_of(content_format f) {
    for (const media_type& known : media_types)
        if (known.number == f) return known.name;
    return std::to_string(static_cast<unsigned>(f));
}

std::string value_of(bytes value, format as) {
    if (as == format::text) return preview(value);
    if (as == format::opaque || value.size() > 4) return hex_preview(value);
    const std::uint32_t number = mincoap::message::to_uint(value);
    if (as == format::uint || number > 0xffff) return std::to_string(number);
    return name_of(static_cast<content_format>(number));
}

std::string describe(const mincoap::message::option_view& o, const option_name& known) {
    if (o.value.empty() && known.value == format::opaque) return known.name;
    return std::string{known.name} + ' ' + value_of(o.value, known.value);
}

std::string describe(const mincoap::message::option_view& o) {
    for (const option_name& known : option_names)
        if (known.number == o.number) return describe(o, known);
    std::string name = "option " + std::to_string(number_of(o.number));
    return o.value.empty() ? name : name + ' ' + hex_preview(o.value);
}

std::string describe(const mincoap::message::option_range& options) {
    std::string text;
    for (const auto& o : options) text += (text.empty() ? " | " : ", ") + describe(o);
    return text;
}

std::string hex16(unsigned number) {
    return "0x" + hex(std::array{static_cast<byte>(number >> 8), static_cast<byte>(number)});
}

std::string describe(const mincoap::message::view& m) {
    std::string text = std::string{name_of(m.type())} + ' ' + name_of(m.code()) + ' ' + hex16(m.message_id());
    if (!m.token().empty()) text += " token " + hex(m.token());
    text += describe(m.options());
    const bytes payload = m.payload();
    if (!payload.empty()) text += " | " + std::to_string(payload.size()) + " bytes " + preview(payload);
    return text;
}

}  // namespace

std::string describe(const mincoap::net::endpoint& e) {
    std::array<char, IF_NAMESIZE> zone{};  // stays empty if there is no such interface
    if_indextoname(e.interface, zone.data());
    return std::string{to_text(e, zone.data()).view()};
}

std::string describe(bytes datagram) {
    const auto parsed = mincoap::message::view::parse(datagram);
    if (parsed) return describe(*parsed);
    const std::string size = std::to_string(datagram.size());
    return "no CoAP message: " + size + " bytes" + (datagram.empty() ? "" : " ") + hex_preview(datagram);
}

}  // namespace demo
