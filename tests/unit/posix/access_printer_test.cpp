#include <mincoap/posix/access_printer.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace mincoap {
namespace {

TEST(access_printer, prints_a_line) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* const to = ::open_memstream(&text, &size);
    origin from;
    from.route.remote = net::ipv4(192, 0, 2, 7, 40000);
    const posix::access_printer print{to};
    print({code::get, "/hello", from, code::content, 11, 18, outcomes::served});
    from.multicast = true;
    print({static_cast<code>(8), {}, from, code::empty, 4, 0, outcomes::unsaid});
    std::fclose(to);
    const std::string lines{text, size};
    std::free(text);
    const auto behind_time = [](const std::string& line) { return line.substr(21); };
    EXPECT_EQ(lines.substr(10, 1) + lines.substr(19, 2), "TZ ");
    const std::size_t end = lines.find('\n');
    EXPECT_EQ(behind_time(lines.substr(0, end)), "192.0.2.7:40000 GET /hello 2.05 in=11 out=18 served");
    EXPECT_EQ(behind_time(lines.substr(end + 1)), "192.0.2.7:40000* 0.08 - - in=4 out=0 unsaid\n");
}

}  // namespace
}  // namespace mincoap
