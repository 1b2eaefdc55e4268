#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    const std::array<char, 64> text{};
    return {mincoap::code::content,
            [text](mincoap::message::writer& to) { to.payload(std::string_view{text.data(), text.size()}); }};
}
