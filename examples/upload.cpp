// Bodies larger than a datagram, written block by block into RAM or into a sink of your own.
//
//     $ coap-client-notls -m put -b 16 -e "The quick brown fox jumps over the lazy dog" coap://127.0.0.1/image
//     $ coap-client-notls -m get -b 32 coap://127.0.0.1/image
//     The quick brown fox jumps over the lazy dog
//     $ coap-client-notls -m put -b 16 -e "The quick brown fox jumps over the lazy dog" coap://127.0.0.1/firmware
//     $ coap-client-notls -m get coap://127.0.0.1/firmware
//     1
#include <algorithm>

#include "serve.hpp"

namespace coap = mincoap;

static coap::byte_store<4096> image;
static std::array<coap::byte, 128UZ * 1024> memory;  // in place of flash

// Writes each block to flash when it arrives. The new version counts after the last block. `write`
// takes the request to tell clients apart: a second client gets 5.03 with the time to come again.
class flash {
public:
    static constexpr std::uint32_t capacity() { return memory.size(); }  // a larger body gets 4.13
    std::uint32_t versions = 0;

    coap::reply write(const coap::request& r, std::uint32_t offset, coap::bytes block, bool more) {
        if (offset == 0 && !owner_.is_repeated(r)) {
            if (const auto seconds = owner_.seconds_to_wait(r); seconds != 0) return coap::unavailable(seconds);
            owner_.begin(r);
            next_ = 0;  // from the beginning: erase it here
        } else if (!owner_.goes_on(r) || offset > next_) {
            return coap::code::request_entity_incomplete;  // another client's block, or a gap
        }
        if (offset < next_ || !owner_.under_way()) {  // a repetition, because the answer was lost
            if (more != owner_.under_way() || !holds(offset, block)) return coap::code::request_entity_incomplete;
            return coap::code::changed;
        }
        std::ranges::copy(block, memory.begin() + offset);
        next_ += static_cast<std::uint32_t>(block.size());
        if (!more) ++versions, owner_.end();
        return coap::code::changed;
    }

private:
    // If your flash cannot be read back, keep a hash of the last block for this, and refuse earlier ones.
    bool holds(std::uint32_t offset, coap::bytes block) const {
        return offset + block.size() <= next_ && std::equal(block.begin(), block.end(), memory.begin() + offset);
    }

    coap::upload_owner owner_;
    std::uint32_t next_ = 0;
};
static flash firmware;

constexpr auto site =
    coap::routes(coap::at<"image">(coap::get_blocks<coap::content_format::text_plain>(image),
                                   coap::put_blocks<coap::content_format::text_plain>(image)),
                 coap::at<"firmware">(coap::put_blocks(firmware), coap::value(std::as_const(firmware.versions))),
                 coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
