// Bodies larger than a datagram, written block by block: into RAM, or wherever a sink puts them.
//
//     $ coap-client-notls -m put -b 16 -e "The quick brown fox jumps over the lazy dog" coap://127.0.0.1/image
//     $ coap-client-notls -m get -b 32 coap://127.0.0.1/image
//     The quick brown fox jumps over the lazy dog
//     $ coap-client-notls -m put -b 16 -e "The quick brown fox jumps over the lazy dog" coap://127.0.0.1/firmware
//     $ coap-client-notls -m get coap://127.0.0.1/firmware
//     1
#include "serve.hpp"

using namespace mincoap;

static byte_store<4096> image;

// Flash is written as blocks come, and started from once the last one has been.
class flash {
public:
    static constexpr std::uint32_t capacity() { return 128 * 1024; }  // a larger body is answered with 4.13

    code write(std::uint32_t offset, bytes block, bool more) {
        if (offset == 0) next_ = 0;                // from the beginning: erase it here
        if (offset < next_) return code::changed;  // again, since the answer to it was lost
        if (offset > next_) return code::request_entity_incomplete;
        next_ += static_cast<std::uint32_t>(block.size());  // and write the block here
        if (!more) ++versions;
        return code::changed;
    }

    std::uint32_t versions = 0;

private:
    std::uint32_t next_ = 0;
};
static flash firmware;

constexpr auto site =
    routes(at<"image">(get_blocks<content_format::text_plain>(image), put_blocks<content_format::text_plain>(image)),
           at<"firmware">(put_blocks(firmware), value(std::as_const(firmware.versions))), well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
