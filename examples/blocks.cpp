// Handlers of your own that answer in blocks and take blocks: notes in memory, each under a name of its own.
//
//     $ coap-client-notls -m put -b 16 -e "The quick brown fox jumps over the lazy dog" coap://127.0.0.1/notes/fox
//     $ coap-client-notls -m get -b 16 coap://127.0.0.1/notes/fox
//     The quick brown fox jumps over the lazy dog
//     $ coap-client-notls -m get coap://127.0.0.1/notes/dog
//     4.04
#include <map>
#include <string>

#include "serve.hpp"

namespace coap = mincoap;

static constexpr std::uint32_t capacity = 4096;   // the largest size of a note, in bytes
static std::map<std::string, std::string> notes;  // complete ones
static std::map<std::string, std::string> unfinished;

// A body that is read by offset. The reply keeps a copy of this pointer and reads one block.
struct note {
    const std::string* text;

    coap::body_info measure() const {
        return {static_cast<std::uint32_t>(text->size()), coap::etag{std::string_view{*text}}};
    }
    bool read(std::uint32_t offset, coap::mutable_bytes to) const {
        text->copy(reinterpret_cast<char*>(to.data()), to.size(), offset);
        return true;
    }
};

static coap::reply read_note(const coap::request& r, std::string_view name) {
    const auto found = notes.find(std::string{name});
    if (found == notes.end()) return coap::code::not_found;
    return coap::in_blocks(r, note{&found->second});
}

static coap::reply write_note(const coap::request& r, std::string_view name) {
    coap::block1_query query;
    if (!coap::read_block1(r, query)) return coap::code::bad_request;
    if (query.exceeds(capacity, r)) return coap::too_large(capacity);
    std::string& text = unfinished[std::string{name}];
    if (query.is_first()) text.clear();
    if (query.offset() > text.size()) return coap::code::request_entity_incomplete;  // a block is missing
    text.replace(query.offset(), std::string::npos, coap::as_text(r.payload()));     // a repeated block, too
    if (!query.has_more()) notes[std::string{name}] = text;
    return coap::block1_reply(coap::code::changed, query);
}

constexpr auto site = coap::routes(coap::at<"notes/*">(coap::get(read_note).accepts_option<coap::option::block2>(),
                                                       coap::put(write_note).accepts_option<coap::option::block1>()));

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
