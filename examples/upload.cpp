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

// Flash is written as blocks come, and started from once the last one has been. It is given the request, by which it
// takes blocks of one client at a time: a second one is told when to come again.
class flash {
public:
    static constexpr std::uint32_t capacity() { return 128 * 1024; }  // a larger body is answered with 4.13

    reply write(const request& r, std::uint32_t offset, bytes block, bool more) {
        if (offset == 0) {
            if (const std::uint32_t seconds = owner_.seconds_to_wait(r); seconds != 0) return unavailable(seconds);
            owner_.begin(r);
            next_ = 0;  // from the beginning: erase it here
        } else if (!owner_.goes_on(r) || offset > next_) {
            return code::request_entity_incomplete;  // it is another client's, or one is missing
        }
        if (offset < next_ || !owner_.under_way())  // again, since the answer to it was lost
            return offset + block.size() <= next_ ? code::changed : code::request_entity_incomplete;
        next_ += static_cast<std::uint32_t>(block.size());  // and write the block here
        if (!more) ++versions, owner_.end();
        return code::changed;
    }

    std::uint32_t versions = 0;

private:
    upload_owner owner_;
    std::uint32_t next_ = 0;
};
static flash firmware;

constexpr auto site =
    routes(at<"image">(get_blocks<content_format::text_plain>(image), put_blocks<content_format::text_plain>(image)),
           at<"firmware">(put_blocks(firmware), value(std::as_const(firmware.versions))), well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
