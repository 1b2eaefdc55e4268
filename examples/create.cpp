// POST creates a note and returns its path. GET and DELETE work on the notes below that path.
//
//     $ coap-client-notls -m post -e milk coap://127.0.0.1/notes
//     $ coap-client-notls -m post -e bread coap://127.0.0.1/notes
//     $ coap-client-notls -m get coap://127.0.0.1/notes/1
//     bread
//     $ coap-client-notls -m delete coap://127.0.0.1/notes/1
//     $ coap-client-notls -m get coap://127.0.0.1/notes/1
//     4.04
#include <optional>
#include <string>

#include "serve.hpp"

namespace coap = mincoap;

static std::array<std::optional<std::string>, 10> notes;

static coap::reply add(const coap::request& r) {
    for (std::uint32_t i = 0; i < notes.size(); ++i) {
        if (notes[i]) continue;
        notes[i] = coap::as_text(r.payload());
        return coap::created<"notes">(i);  // 2.01 with Location-Path "notes" and the number
    }
    return coap::unavailable(60);  // 5.03: the client tries again in a minute
}

// The note that the path names behind the prefix.
static std::optional<std::string>* find(const coap::request& r) {
    for (const coap::message::option_view segment : r.segments()) {
        const std::string_view name = segment.text();
        if (name.size() == 1 && name[0] >= '0' && name[0] <= '9')
            return &notes[static_cast<std::size_t>(name[0] - '0')];
        break;
    }
    return nullptr;
}

static coap::reply read(const coap::request& r) {
    const auto* note = find(r);
    if (note == nullptr || !*note) return coap::code::not_found;
    return coap::content(std::string_view{**note});
}

static coap::reply strike_out(const coap::request& r) {
    if (auto* note = find(r)) note->reset();
    return coap::code::deleted;  // also if there was none (RFC 7252 §5.8.4)
}

constexpr auto site =
    coap::routes(coap::at<"notes">(coap::post(add)).rt("notes"),
                 coap::below<"notes">(coap::get(read), coap::delete_(strike_out)), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
