#include <mincoap/resource/blockwise/document.hpp>
#include <mincoap/resource/routes.hpp>

using namespace mincoap;

auto r = generated([](body_writer to) { to.put(byte{1}); });
auto s = routes(at<"a">(r));
