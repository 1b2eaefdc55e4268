// The reply would never destroy the object.
#include <memory>

#include <mincoap/mincoap.hpp>

mincoap::reply answer() {
    const std::shared_ptr<int> number;
    return {mincoap::code::content,
            [number](mincoap::message::writer& to) { to.uint_option(mincoap::option::max_age, *number != 0); }};
}
