#include <mincoap/posix/text_socket.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
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

TEST_F(posix_text_socket, takes_no_socket_from_a_program_that_listens) {
    const auto texts = text_socket::listen(path_).value();
    EXPECT_EQ(text_socket::listen(path_).error(), std::errc::address_in_use);
    const int client = connected();
    texts.answer([] { return std::string{"text"}; });
    EXPECT_EQ(read_all(client), "text");
}

TEST_F(posix_text_socket, has_a_name_in_the_file_system) {
    EXPECT_EQ(text_socket::listen("").error(), std::errc::no_such_file_or_directory);
}

TEST_F(posix_text_socket, returns_although_programs_go_on_to_connect) {
    const auto texts = text_socket::listen(path_).value();
    int client = connected(), calls = 0;
    const auto write = [&] {
        ::close(client);
        client = connected();
        if (++calls == 1000) ADD_FAILURE(), ::shutdown(texts.native_handle(), SHUT_RDWR);
        return std::string{"text"};
    };
    texts.answer(write);
    EXPECT_EQ(calls, 16);
    texts.answer([] { return std::string{"the last"}; });
    EXPECT_EQ(read_all(client), "the last");
}

TEST_F(posix_text_socket, is_not_readable_for_good_without_free_descriptors) {
    const auto texts = text_socket::listen(path_).value();
    const int client = connected();
    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const rlimit none_free{static_cast<rlim_t>(client) + 1, usual.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_free), 0);
    for (int turn = 0; turn < 3; ++turn) texts.answer([] { return std::string{"text"}; });
    pollfd waiting{.fd = texts.native_handle(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&waiting, 1, 0), 0);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_EQ(read_all(client), "");
    const int next = connected();
    texts.answer([] { return std::string{"text"}; });
    EXPECT_EQ(read_all(next), "text");
}

}  // namespace
}  // namespace mincoap::posix
