#include <mincoap/posix/text_socket.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace mincoap::posix {
namespace {

class posix_text_socket : public testing::Test {
protected:
    posix_text_socket() {
        std::string folder = (std::filesystem::temp_directory_path() / "text_socket.XXXXXX").string();
        folder_ = ::mkdtemp(folder.data());
        path_ = folder_ / "metrics";
    }
    ~posix_text_socket() override { std::filesystem::remove_all(folder_); }

    int connected() const {
        const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un to{.sun_family = AF_UNIX, .sun_path = {}};
        path_.string().copy(to.sun_path, sizeof to.sun_path - 1);
        EXPECT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        return client;
    }
    static std::string read_all(int client) {
        std::string all;
        char part[4096];
        for (ssize_t size = 0; (size = ::read(client, part, sizeof part)) > 0;)
            all.append(part, static_cast<std::size_t>(size));
        ::close(client);
        return all;
    }

    std::filesystem::path folder_, path_;
};

TEST_F(posix_text_socket, sends_a_text_to_each_program) {
    const auto texts = text_socket::listen(path_).value();
    int calls = 0;
    const auto write = [&calls] { return "text " + std::to_string(++calls); };
    texts.answer(write);
    EXPECT_EQ(calls, 0) << "no program waits";
    const int first = connected(), second = connected();
    texts.answer(write);
    EXPECT_EQ(read_all(first), "text 1");
    EXPECT_EQ(read_all(second), "text 2");
}

TEST_F(posix_text_socket, sends_to_a_program_that_has_gone) {
    const auto texts = text_socket::listen(path_).value();
    ::close(connected());
    texts.answer([] { return std::string(100'000, 'x'); });  // no SIGPIPE
    const int client = connected();
    texts.answer([] { return std::string(100'000, 'x'); });
    EXPECT_EQ(read_all(client).size(), 100'000U);
}

TEST_F(posix_text_socket, is_there_while_the_object_is) {
    {
        auto texts = text_socket::listen(path_).value();
        const text_socket moved = std::move(texts);
        EXPECT_TRUE(std::filesystem::is_socket(path_));
        const auto others = std::filesystem::perms::others_all;
        EXPECT_EQ(std::filesystem::status(path_).permissions() & others, std::filesystem::perms::none);
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(posix_text_socket, replaces_a_socket_of_an_earlier_run_but_no_file) {
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
    path_.string().copy(at.sun_path, sizeof at.sun_path - 1);
    ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    ::close(left);
    EXPECT_TRUE(text_socket::listen(path_));
    std::ofstream{path_} << "a file";
    EXPECT_EQ(text_socket::listen(path_).error(), std::errc::address_in_use);
    EXPECT_TRUE(std::filesystem::is_regular_file(path_));
    EXPECT_EQ(text_socket::listen(std::string(200, 'x')).error(), std::errc::filename_too_long);
    EXPECT_EQ(text_socket::listen(folder_ / "none" / "x").error(), std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace mincoap::posix
