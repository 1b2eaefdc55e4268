// Sequence numbers in files, and a context that takes its numbers from them.
#include <mincoap/posix/sequence_numbers.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../support/packet.hpp"
#include "../../support/reference_crypto.hpp"
#include "../../support/system_calls.hpp"

namespace mincoap::posix {
namespace {

namespace fs = std::filesystem;
using security::oscore::context;
using security::oscore::identity;
using test::packet;
using cipher = test::reference_crypto;
using namespace std::string_literals;

const packet secret = "000102030405060708090a0b0c0d0e0f", server_id = "01", client_id = "02", other_id = "03",
             id_context = "37cb", nothing;

identity keys_of(const packet& client, const packet* named = nullptr) {
    identity of{.master_secret = secret,
                .master_salt = {},
                .sender_id = server_id,
                .recipient_id = client,
                .id_context = std::nullopt};
    if (named != nullptr) of.id_context = named->view();
    return of;
}

class posix_sequence_numbers : public ::testing::Test {
protected:
    posix_sequence_numbers() {
        std::string name = testing::TempDir() + "mincoap-numbers-XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~posix_sequence_numbers() override {
        fs::permissions(folder, fs::perms::owner_all);
        fs::remove_all(folder);
    }

    sequence_numbers open() { return sequence_numbers::open(folder.c_str()).value(); }
    std::error_code error_of_open(const fs::path& path) {
        const auto opened = sequence_numbers::open(path.c_str());
        return opened ? std::error_code{} : opened.error();
    }
    std::error_code error_of_first(const identity& of = keys_of(client_id)) {
        const auto first = open().first(of);
        return first ? std::error_code{} : first.error();
    }

    // Takes numbers as the layer does, after a restart of the program. Returns the first and the last one.
    std::pair<std::uint64_t, std::uint64_t> use(int count, const identity& of = keys_of(client_id)) {
        sequence_numbers numbers = open();
        security::oscore::kept_contexts<1> peers;
        context& c = *peers.restore<cipher>(of, numbers.first(of).value());
        std::uint64_t first = 0, last = 0;
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(take_number(c, numbers, last)) << numbers.last_error().message();
            if (i == 0) first = last;
        }
        return {first, last};
    }

    std::string content(const std::string& name = "oscore-02") const {
        std::ifstream file{folder / name};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    void write(const std::string& text, const std::string& name = "oscore-02") const {
        std::ofstream{folder / name} << text;
    }

    fs::path folder;
};

// A process without the rights of root, which no permission restricts.
struct unprivileged {
    unprivileged() { EXPECT_TRUE(::geteuid() != 0 || ::seteuid(65534) == 0); }
    unprivileged(const unprivileged&) = delete;
    unprivileged& operator=(const unprivileged&) = delete;
    ~unprivileged() { EXPECT_TRUE(::getuid() != 0 || ::seteuid(0) == 0); }
};

// ---- What comes back

TEST_F(posix_sequence_numbers, begin_at_0_and_go_on_behind_those_that_were_used) {
    using range = std::pair<std::uint64_t, std::uint64_t>;
    EXPECT_EQ(use(1), (range{0, 0}));
    EXPECT_EQ(use(64), (range{64, 127}));
    EXPECT_EQ(use(65), (range{128, 192}));
    EXPECT_EQ(use(0), (range{0, 0})) << "a start that sends nothing uses none";
    EXPECT_EQ(use(1), (range{256, 256}));
}

TEST_F(posix_sequence_numbers, are_apart_for_each_recipient_id_and_id_context) {
    use(100);
    EXPECT_EQ(use(1, keys_of(other_id)).first, 0U);
    EXPECT_EQ(use(1, keys_of(client_id, &id_context)).first, 0U);
    EXPECT_EQ(use(1, keys_of(nothing)).first, 0U);
    EXPECT_EQ(use(1).first, 128U);
    for (const char* name : {"oscore-02", "oscore-03", "oscore-02-37cb", "oscore-"})
        EXPECT_TRUE(fs::exists(folder / name)) << name;
    EXPECT_EQ(std::distance(fs::directory_iterator{folder}, {}), 4) << "no file is left over";
}

TEST_F(posix_sequence_numbers, are_lines_that_people_can_read) {
    use(1);
    EXPECT_EQ(content(), "oscore-02 64 f9898961\n");
    EXPECT_EQ(fs::status(folder / "oscore-02").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(posix_sequence_numbers, are_on_the_disk_before_they_count) {
    sequence_numbers numbers = open();
    security::oscore::kept_contexts<1> peers;
    const context& c = *peers.restore<cipher>(keys_of(client_id), 0);
    const auto calls = test::system_calls::count([] { return true; }, [&] { return numbers.reserve(c, 64); });
    if (!calls) GTEST_SKIP() << "no ptrace(2)";
    EXPECT_TRUE(calls->succeeded());
    EXPECT_EQ(calls->of(SYS_fsync), 2U) << "the file, and the folder with its name";
}

// ---- An old number never comes back

TEST_F(posix_sequence_numbers, never_get_smaller) {
    use(100);
    sequence_numbers numbers = open();
    security::oscore::kept_contexts<1> peers;
    context& c = *peers.restore<cipher>(keys_of(client_id), 0);  // a mistake: the file says 128
    std::uint64_t number = 0;
    EXPECT_FALSE(take_number(c, numbers, number));
    EXPECT_EQ(numbers.last_error(), sequence_number_error::used_before);
    EXPECT_FALSE(numbers.reserve(c, 128));
    EXPECT_TRUE(numbers.reserve(c, 129));
    EXPECT_EQ(numbers.first(keys_of(client_id)), 129U);
}

TEST_F(posix_sequence_numbers, have_one_program_at_a_time) {
    sequence_numbers numbers = open();
    EXPECT_EQ(error_of_open(folder), sequence_number_error::in_use);
    sequence_numbers moved = std::move(numbers);
    EXPECT_EQ(error_of_open(folder), sequence_number_error::in_use);
    moved = {};
    EXPECT_EQ(error_of_open(folder), std::error_code{});
}

TEST_F(posix_sequence_numbers, are_not_those_of_a_damaged_file) {
    use(100);
    const std::string line = content();
    for (std::size_t size = 0; size < line.size(); ++size) {
        write(line.substr(0, size));
        EXPECT_EQ(error_of_first(), sequence_number_error::damaged) << line.substr(0, size);
    }
    for (std::size_t i = 0; i < line.size(); ++i) {
        std::string changed = line;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        write(changed);
        EXPECT_TRUE(error_of_first()) << changed;
    }
    for (const std::string& text : {line + "\n", line + line, "64\n"s, std::string(200, '0'), "oscore-02  128\n"s}) {
        write(text);
        EXPECT_EQ(error_of_first(), sequence_number_error::damaged) << text;
    }
    write(line);
    EXPECT_EQ(use(1).first, 128U);
}

TEST_F(posix_sequence_numbers, are_not_those_of_another_context) {
    use(100, keys_of(other_id));
    fs::copy_file(folder / "oscore-03", folder / "oscore-02");
    EXPECT_EQ(error_of_first(), sequence_number_error::of_another_context);
    EXPECT_EQ(error_of_first().message(), "the file with the sequence number is that of another context");
    EXPECT_EQ(use(1, keys_of(other_id)).first, 128U);
}

// ---- Errors of the system

TEST_F(posix_sequence_numbers, need_a_folder) {
    EXPECT_EQ(error_of_open(folder / "none"), std::errc::no_such_file_or_directory);
    write("");
    EXPECT_EQ(error_of_open(folder / "oscore-02"), std::errc::not_a_directory);
    fs::create_directory(folder / "oscore-03");
    EXPECT_EQ(error_of_first(keys_of(other_id)), std::errc::is_a_directory);
}

TEST_F(posix_sequence_numbers, need_rights) {
    use(1);
    ASSERT_EQ(::chown(folder.c_str(), ::geteuid() == 0 ? 65534 : ::geteuid(), static_cast<gid_t>(-1)), 0);
    fs::permissions(folder / "oscore-02", fs::perms::none);
    const unprivileged user;
    EXPECT_EQ(error_of_first(), std::errc::permission_denied);
    for (const fs::perms few : {fs::perms::owner_read | fs::perms::owner_exec, fs::perms::owner_exec}) {
        fs::permissions(folder, few);
        EXPECT_EQ(error_of_open(folder), std::errc::permission_denied) << "at the start, not when a message is due";
    }
    fs::permissions(folder, fs::perms::owner_all);
    EXPECT_EQ(error_of_open(folder), std::error_code{});
}

// Lets no file grow, as a full disk does.
struct full_disk {
    full_disk() {
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    full_disk(const full_disk&) = delete;
    full_disk& operator=(const full_disk&) = delete;
    ~full_disk() { ::setrlimit(RLIMIT_FSIZE, &before); }

    rlimit before{};
};

TEST_F(posix_sequence_numbers, are_not_given_out_while_the_disk_is_full) {
    use(64);
    const std::string before = content();
    sequence_numbers numbers = open();
    security::oscore::kept_contexts<1> peers;
    context& c = *peers.restore<cipher>(keys_of(client_id), 64);
    std::uint64_t number = 0;
    {
        const full_disk full;
        EXPECT_FALSE(take_number(c, numbers, number));
        EXPECT_FALSE(take_number(c, numbers, number));
    }
    EXPECT_EQ(numbers.last_error(), std::errc::no_space_on_device);
    EXPECT_EQ(content(), before);
    EXPECT_TRUE(take_number(c, numbers, number));
    EXPECT_EQ(number, 64U);
}

TEST_F(posix_sequence_numbers, are_not_given_out_if_the_file_is_damaged_meanwhile) {
    sequence_numbers numbers = open();
    security::oscore::kept_contexts<1> peers;
    context& c = *peers.restore<cipher>(keys_of(client_id), 0);
    write("");
    std::uint64_t number = 0;
    EXPECT_FALSE(take_number(c, numbers, number));
    EXPECT_EQ(numbers.last_error(), sequence_number_error::damaged);
}

TEST_F(posix_sequence_numbers, are_none_before_a_folder_is_open) {
    sequence_numbers numbers;
    const security::oscore::context none;
    EXPECT_FALSE(numbers.reserve(none, 64));
    EXPECT_EQ(numbers.last_error(), std::errc::bad_file_descriptor);
    EXPECT_EQ(numbers.first(keys_of(client_id)).error(), std::errc::bad_file_descriptor);
}

}  // namespace
}  // namespace mincoap::posix
