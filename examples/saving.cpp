// Settings that outlive a restart: saved as CBOR before they change, and loaded at the start.
//
//     $ coap-client-notls -m put -t 60 -e "%a2%01%f5%02%18%2a" coap://127.0.0.1/settings
//     $ coap-client-notls -m get coap://127.0.0.1/saved
//     a201f502182a
//     $ coap-client-notls -m ipatch -t 60 -e "%a1%02%05" coap://127.0.0.1/settings
//     $ coap-client-notls -m get coap://127.0.0.1/saved
//     a201f50205
#include <fcntl.h>
#include <unistd.h>

#include "serve.hpp"

namespace coap = mincoap;

struct settings {
    bool on = false;
    std::uint8_t level = 50;
};
constexpr auto settings_fields = coap::fields(coap::field<1>(&settings::on), coap::field<2>(&settings::level).max(100));

constexpr std::size_t largest_file = 64;  // bytes
static const int folder = ::open(".", O_RDONLY | O_DIRECTORY);

// Members that an older file lacks keep their defaults. All do if the file cannot be read.
static settings load() {
    std::array<coap::byte, largest_file> memory{};
    std::FILE* const file = std::fopen("settings.cbor", "rb");
    if (file == nullptr) return {};
    const std::size_t size = std::fread(memory.data(), 1, memory.size(), file);
    std::fclose(file);
    settings loaded;
    const auto error = settings_fields.decode(coap::bytes{memory}.first(size), loaded, coap::cbor::decode_as::patch);
    return error == coap::cbor::read_error::none ? loaded : settings{};
}

// True: file and name are on the disk. False: a restart finds the old file or the new one, as a whole.
static bool write_file(coap::bytes content) {
    const int file = ::open("settings.new", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0) return false;
    const bool is_written = ::write(file, content.data(), content.size()) == std::ssize(content) && ::fsync(file) == 0;
    ::close(file);
    return is_written && std::rename("settings.new", "settings.cbor") == 0 && ::fsync(folder) == 0;
}

// Called before the change, which an error prevents. A client's success means that they are saved.
static coap::code save(const settings& changed) {
    std::array<coap::byte, largest_file> memory{};
    coap::body_writer body{memory};
    coap::cbor::writer to{body};
    settings_fields.encode(changed, to);
    const bool is_saved = body.size() <= memory.size() && write_file(coap::bytes{memory}.first(body.size()));
    return is_saved ? coap::code::changed : coap::code::internal_server_error;
}

static settings current = load();
constexpr auto site = coap::routes(coap::at<"settings">(coap::record(current, settings_fields, save)),
                                   coap::at<"saved">(coap::record(load, settings_fields)));

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
