#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/routes.hpp>

using namespace mincoap;

auto r = generated([n = 0](body_writer& to) mutable { to.put(static_cast<byte>(n++)); });
auto s = routes(at<"a">(r));
