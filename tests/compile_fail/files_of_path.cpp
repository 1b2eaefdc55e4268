#include <mincoap/posix/directory.hpp>

using namespace mincoap;

auto r = posix::get_files("/srv/www");
