#include <mincoap/posix/key_file.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mincoap::posix {
namespace {

using security::key;

constexpr std::string_view first = "000102030405060708090a0b0c0d0e0f";
constexpr std::string_view second = "F0e0d0c0b0a090807060504030201000";
constexpr key first_key{0x0302'0100, 0x0706'0504, 0x0b0a'0908, 0x0f0e'0d0c};
constexpr key second_key{0xc0d0'e0f0, 0x8090'a0b0, 0x4050'6070, 0x0010'2030};

class posix_key_file : public testing::Test {
protected:
    posix_key_file() {
        std::string folder = (std::filesystem::temp_directory_path() / "key_file.XXXXXX").string();
        folder_ = ::mkdtemp(folder.data());
        path_ = folder_ / "guard.key";
    }
    ~posix_key_file() override { std::filesystem::remove_all(folder_); }

    const char* path() const { return path_.c_str(); }
    const char* write(std::string_view text, mode_t mode = 0600) const {
        std::ofstream{path_, std::ios::binary} << text;
        ::chmod(path(), mode);
        return path();
    }
    std::error_code mistake(std::string_view text, mode_t mode = 0600) const {
        const auto keys = load_keys(write(text, mode));
        return keys ? std::error_code{} : keys.error();
    }

    std::filesystem::path folder_, path_;
};

TEST_F(posix_key_file, has_one_key_or_two) {
    const auto one = load_keys(write(first)).value();
    EXPECT_EQ(one.current, first_key);
    EXPECT_EQ(one.previous, first_key);
    const auto two = load_keys(write(std::string{first} + "\n" + std::string{second} + "\n")).value();
    EXPECT_EQ(two.current, first_key);
    EXPECT_EQ(two.previous, second_key);
    EXPECT_NE(one.own, two.own);
    EXPECT_NE(one.own, key{});
    EXPECT_GT(one.unix_ms, 1'700'000'000'000U) << "a time after 2023";
}

TEST_F(posix_key_file, that_is_read_again_keeps_the_key_before) {
    auto keys = load_keys(write(first)).value();
    const key own = keys.own;
    EXPECT_EQ(reload_keys(path(), keys), std::error_code{}) << "the same key";
    EXPECT_EQ(keys.previous, first_key);
    EXPECT_EQ(reload_keys(write(second), keys), std::error_code{});
    EXPECT_EQ(keys.current, second_key);
    EXPECT_EQ(keys.previous, first_key);
    EXPECT_EQ(reload_keys(path(), keys), std::error_code{}) << "a second SIGHUP";
    EXPECT_EQ(keys.previous, first_key);
    EXPECT_EQ(reload_keys(write(std::string{second} + "\n" + std::string{second}), keys), std::error_code{});
    EXPECT_EQ(keys.previous, second_key) << "the first key is dropped";
    EXPECT_EQ(keys.own, own);
}

TEST_F(posix_key_file, that_is_wrong_changes_nothing) {
    auto keys = load_keys(write(first)).value();
    EXPECT_EQ(reload_keys(write("no key"), keys), std::errc::invalid_argument);
    EXPECT_EQ(reload_keys(write(second, 0644), keys), std::errc::permission_denied);
    EXPECT_EQ(reload_keys("/nowhere/guard.key", keys), std::errc::no_such_file_or_directory);
    EXPECT_EQ(keys.current, first_key);
    EXPECT_EQ(keys.previous, first_key);
}

TEST_F(posix_key_file, has_32_digits_on_each_line) {
    const std::string line{first};
    for (const std::string& text :
         {std::string{}, std::string{"\n"}, line.substr(1), line + "0", " " + line, line + " ", "x" + line.substr(1),
          "+1" + line.substr(2), "0x" + line.substr(2), line + "\n\n", line + "\nabc", line + "\n" + line + "\n" + line,
          line + "\n" + line + "\nx", std::string(32, '0'), std::string(1000, 'a')})
        EXPECT_EQ(mistake(text), std::errc::invalid_argument) << text;
}

TEST_F(posix_key_file, is_for_its_owner_alone) {
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0644U, 0660U, 0601U})
        EXPECT_EQ(mistake(first, mode), std::errc::permission_denied) << mode;
    EXPECT_EQ(mistake(first, 0400), std::error_code{});
    if (::geteuid() != 0) return;  // root alone can give it to another user
    ASSERT_EQ(::chown(write(first), 65534, 0), 0);
    EXPECT_EQ(load_keys(path()).error(), std::errc::permission_denied);
}

TEST_F(posix_key_file, is_a_plain_file) {
    EXPECT_EQ(load_keys(folder_.c_str()).error(), std::errc::is_a_directory);
    EXPECT_EQ(load_keys("/dev/null").error(), std::errc::invalid_argument);
    ASSERT_EQ(::mkfifo(path(), 0600), 0);
    EXPECT_EQ(load_keys(path()).error(), std::errc::invalid_argument) << "a FIFO without a writer";
}

TEST(posix_random_keys, differ) {
    const auto keys = random_keys();
    EXPECT_EQ(keys.current, keys.previous);
    EXPECT_NE(keys.current, keys.own);
    EXPECT_NE(keys.current, random_keys().current);
}

}  // namespace
}  // namespace mincoap::posix
