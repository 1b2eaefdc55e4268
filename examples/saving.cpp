// Settings that outlive a restart: saved as CBOR before they change, and loaded at the start.
//
//     $ coap-client-notls -m put -t 60 -e "%a2%01%f5%02%18%2a" coap://127.0.0.1/settings
//     $ coap-client-notls -m get coap://127.0.0.1/saved
//     a201f502182a
//     $ coap-client-notls -m ipatch -t 60 -e "%a1%02%05" coap://127.0.0.1/settings
//     $ coap-client-notls -m get coap://127.0.0.1/saved
//     a201f50205
#include "serve.hpp"

using namespace mincoap;

struct settings {
    bool on = false;
    std::uint8_t level = 50;
};
constexpr auto settings_fields = fields(field<1>(&settings::on), field<2>(&settings::level).max(100));

constexpr std::size_t largest_file = 64;  // bytes

// A file may be of an older program: a member that it lacks stays as it is. If it cannot be read, all do.
static settings load() {
    std::array<byte, largest_file> memory{};
    std::FILE* const file = std::fopen("settings.cbor", "rb");
    if (file == nullptr) return {};
    const std::size_t size = std::fread(memory.data(), 1, memory.size(), file);
    std::fclose(file);

    settings loaded;
    const auto error = settings_fields.decode(bytes{memory}.first(size), loaded, cbor::holding::changes);
    return error == cbor::read_error::none ? loaded : settings{};
}

// Put in place as a whole, so that the old file is there if the power fails.
static bool write_file(bytes content) {
    std::FILE* const file = std::fopen("settings.new", "wb");
    if (file == nullptr) return false;
    const bool is_written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
    const bool is_closed = std::fclose(file) == 0;
    return is_written && is_closed && std::rename("settings.new", "settings.cbor") == 0;
}

// Is called before the change, which an error prevents: nobody is told of settings that will be gone.
static code save(const settings& changed) {
    std::array<byte, largest_file> memory{};
    body_writer body{memory};
    cbor::writer to{body};
    settings_fields.encode(changed, to);
    const bool is_saved = body.size() <= memory.size() && write_file(bytes{memory}.first(body.size()));
    return is_saved ? code::changed : code::internal_server_error;
}

static settings current = load();

constexpr auto site =
    routes(at<"settings">(record(current, settings_fields, save)), at<"saved">(record(load, settings_fields)));

int main(int argc, char** argv) { return example::serve(site, argc, argv); }
