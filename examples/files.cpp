// A directory of Linux: files in blocks, uploads that take effect as a whole, and no way out of the
// directory.
//
//     $ coap-client-notls -m put -b 16 -e "The quick brown fox jumps over the lazy dog" coap://127.0.0.1/fs/fox.txt
//     $ coap-client-notls -m get -b 16 coap://127.0.0.1/fs/fox.txt
//     The quick brown fox jumps over the lazy dog
//     $ coap-client-notls -m get coap://127.0.0.1/.well-known/core?sz=43
//     </fs/fox.txt>;sz=43;ct=0
//     $ coap-client-notls -m get coap://127.0.0.1/fs/%2e%2e/secret
//     4.04
//     $ coap-client-notls -m delete coap://127.0.0.1/fs/fox.txt
//     $ coap-client-notls -m get coap://127.0.0.1/fs/fox.txt
//     4.04
#include <filesystem>
#include <string>

#include <unistd.h>

#include <mincoap/posix/directory.hpp>

#include "serve.hpp"

namespace coap = mincoap;

static coap::posix::directory files;

// Clients can PUT and DELETE only because the site names these methods.
constexpr auto site = coap::routes(
    coap::below<"fs">(coap::posix::get_files(files), coap::posix::put_files(files), coap::posix::delete_files(files)),
    coap::filtered_well_known_core);

int main(int argc, char** argv) {
    const auto folder = std::filesystem::temp_directory_path() / ("mincoap-" + std::to_string(getuid()));
    std::filesystem::create_directories(folder);
    auto opened = coap::posix::directory::open(folder.c_str());
    if (!opened) return std::puts(opened.error().message().c_str()), 1;
    files = std::move(*opened);
    return example::serve(site, argc, argv);
}
