// Permissions of the files that PUT creates, and the partial files of several processes.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "directory_fixture.hpp"

namespace mincoap::posix::directory_tests {
namespace {

// ---- permissions

mode_t mode_of(const fs::path& path) {
    struct stat about{};
    EXPECT_EQ(::lstat(path.c_str(), &about), 0);
    return about.st_mode & 07777;
}

TEST_F(posix_directory, widens_no_permissions_of_a_file_that_it_replaces) {
    for (const mode_t mode : {0600U, 0640U, 0755U, 0200U}) {
        write_file(root / "a.txt", "old");
        ASSERT_EQ(::chmod((root / "a.txt").c_str(), mode), 0);
        EXPECT_EQ(put("fs/a.txt", "new"), "2.04");
        EXPECT_EQ(mode_of(root / "a.txt"), mode) << std::oct << mode;
    }
    ASSERT_EQ(::chmod((root / "a.txt").c_str(), 06755), 0);
    EXPECT_EQ(put("fs/a.txt", "new"), "2.04");
    EXPECT_EQ(mode_of(root / "a.txt"), 0755U) << "a client's body does not run as another user";
}

TEST_F(posix_directory, shows_nobody_the_part_of_a_file_that_it_replaces) {
    write_file(root / "a.txt", "old");
    ASSERT_EQ(::chmod((root / "a.txt").c_str(), 0640), 0);
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(mode_of(root / ".mincoap-part-0"), 0600U);
    ASSERT_EQ(::chmod((root / "a.txt").c_str(), 0604), 0);
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.04");
    EXPECT_EQ(mode_of(root / "a.txt"), 0604U) << "the permissions at the end count";
}

TEST_F(posix_directory, makes_files_as_the_umask_has_it) {
    const mode_t before = ::umask(027);
    EXPECT_EQ(put("fs/a.txt", "x"), "2.01");
    ::umask(before);
    EXPECT_EQ(mode_of(root / "a.txt"), 0640U);
}

TEST_F(posix_directory, keeps_the_owner_and_the_group_of_a_file_that_it_replaces) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may";
    write_file(root / "a.txt", "old");
    ASSERT_EQ(::chown((root / "a.txt").c_str(), 12345, 23456), 0);
    ASSERT_EQ(::chmod((root / "a.txt").c_str(), 0640), 0);
    EXPECT_EQ(put("fs/a.txt", "new"), "2.04");
    struct stat about{};
    ASSERT_EQ(::stat((root / "a.txt").c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, 12345U);
    EXPECT_EQ(about.st_gid, 23456U);
    EXPECT_EQ(about.st_mode & 07777, 0640U);
}

TEST_F(posix_directory, lets_another_group_do_no_more_than_all_others) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    fs::permissions(home.path, fs::perms{0755});
    fs::permissions(root, fs::perms{0777});
    write_file(root / "a.txt", "old");
    ASSERT_EQ(::chown((root / "a.txt").c_str(), 65534, 23456), 0);
    ASSERT_EQ(::chmod((root / "a.txt").c_str(), 0664), 0);
    {
        const unprivileged somebody;
        EXPECT_EQ(put("fs/a.txt", "new"), "2.04");
    }
    EXPECT_EQ(read_file(root / "a.txt"), "new");
    EXPECT_EQ(mode_of(root / "a.txt"), 0644U);
}

// Returns the kernel's encoding of an acl(5): a version, and entries of a tag, permissions and an id.
std::string list_of(std::initializer_list<std::array<std::uint32_t, 3>> entries) {
    std::string all{"\2\0\0\0", 4};
    for (const auto& [tag, permissions, id] : entries)
        for (const auto& [number, size] : {std::pair{tag, 2}, std::pair{permissions, 2}, std::pair{id, 4}})
            for (int i = 0; i < size; ++i) all += static_cast<char>(number >> (8 * i));
    return all;
}
constexpr std::uint32_t nobodys_id = 0xffff'ffff;

TEST_F(posix_directory, keeps_the_access_control_list_of_a_file_that_it_replaces) {
    constexpr const char* name = "system.posix_acl_access";
    // The list is user::rw-, user:12345:r--, group::---, mask::r--, other::---. For it, stat() returns mode 0640.
    const std::string list =
        list_of({{1, 6, nobodys_id}, {2, 4, 12345}, {4, 0, nobodys_id}, {0x10, 4, nobodys_id}, {0x20, 0, nobodys_id}});
    write_file(root / "a.txt", "old");
    if (::setxattr((root / "a.txt").c_str(), name, list.data(), list.size(), 0) != 0) GTEST_SKIP() << "no such lists";
    EXPECT_EQ(put("fs/a.txt", "new"), "2.04");
    std::array<char, 100> now{};
    const ssize_t size = ::getxattr((root / "a.txt").c_str(), name, now.data(), now.size());
    EXPECT_EQ((std::string{now.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))}), list);

    // By default, user 12345 may read and write each new file in the directory.
    const std::string by_default =
        list_of({{1, 6, nobodys_id}, {2, 6, 12345}, {4, 6, nobodys_id}, {0x10, 6, nobodys_id}, {0x20, 6, nobodys_id}});
    write_file(root / "b.txt", "old");
    ASSERT_EQ(::chmod((root / "b.txt").c_str(), 0664), 0);
    ASSERT_EQ(::setxattr(root.c_str(), "system.posix_acl_default", by_default.data(), by_default.size(), 0), 0);
    EXPECT_EQ(put("fs/b.txt", "new"), "2.04");
    EXPECT_EQ(::getxattr((root / "b.txt").c_str(), name, now.data(), now.size()), -1) << "the old one had none";
    EXPECT_EQ(mode_of(root / "b.txt"), 0664U);
}

// ---- parts

TEST_F(posix_directory, removes_its_part_when_it_is_closed) {
    const std::size_t before = open_descriptors();
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(names_in(root).size(), 1U);
    directory moved = std::move(files);
    EXPECT_EQ(names_in(root).size(), 1U) << "it goes along";
    EXPECT_EQ(get("fs/a.txt"), "5.03");
    moved = {};
    EXPECT_THAT(names_in(root), IsEmpty());
    EXPECT_EQ(open_descriptors(), before - 1);
}

TEST_F(posix_directory, removes_parts_that_nobody_holds) {
    write_file(root / ".mincoap-part-0", "left by a process that was killed");
    EXPECT_EQ(put("fs/a.txt", "x"), "2.01");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

TEST_F(posix_directory, removes_the_parts_of_all_processes_that_were_killed) {
    const auto begin_and_die = [&](int process) {
        files = directory::open(root.c_str(), capacity).value();
        put_block("fs/" + std::to_string(process), 0, more, a16);
        ::raise(SIGSTOP);
        return 0;
    };
    std::vector<pid_t> stopped;
    for (int i = 0; i < 5; ++i) {
        stopped.push_back(::fork());
        if (stopped.back() == 0) ::_exit(begin_and_die(i));
    }
    for (const pid_t process : stopped) ::waitpid(process, nullptr, WUNTRACED);
    EXPECT_EQ(names_in(root).size(), 5U);
    EXPECT_EQ(put("fs/a.txt", "x"), "2.01");
    EXPECT_EQ(names_in(root).size(), 6U) << "they live";
    for (const pid_t process : stopped) ::kill(process, SIGKILL), ::waitpid(process, nullptr, 0);
    EXPECT_EQ(put("fs/a.txt", "x"), "2.04");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

// A process removes the part of another one as abandoned, before that one locks it. Its number is then used again.
TEST_F(posix_directory, neither_renames_nor_removes_a_part_of_another_process_that_has_the_same_number) {
    directory other = directory::open(root.c_str()).value();
    const auto made = routes(below<"fs">(put_files(other)));
    core to_other{made};
    for (const bool finished : {true, false}) {
        EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
        fs::remove(root / ".mincoap-part-0");
        EXPECT_EQ(to_other.said(block("fs/b.txt", 0, more, b16)), "2.31");
        if (finished) EXPECT_EQ(put_block("fs/a.txt", 1, last, "a"), "5.00");
        else files = directory::open(root.c_str()).value();
        EXPECT_FALSE(fs::exists(root / "a.txt"));
        EXPECT_EQ(to_other.said(block("fs/b.txt", 1, last, "b")), finished ? "2.01" : "2.04");
        EXPECT_EQ(read_file(root / "b.txt"), b16 + "b");
    }
    EXPECT_THAT(names_in(root), ElementsAre("b.txt"));
}

TEST_F(posix_directory, leaves_the_parts_of_others_alone) {
    directory other = directory::open(root.c_str()).value();
    const auto made = routes(below<"fs">(put_files(other)));
    core to_other{made};
    EXPECT_EQ(to_other.said(block("fs/a.txt", 0, more, a16)), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16), "2.31");
    EXPECT_THAT(names_in(root), UnorderedElementsAre(".mincoap-part-0", ".mincoap-part-1"));
    EXPECT_EQ(to_other.said(block("fs/a.txt", 1, last, "a")), "2.01");
    EXPECT_EQ(read_file(root / "a.txt"), a16 + "a");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.04");
    EXPECT_EQ(read_file(root / "a.txt"), b16 + "b");
}

TEST_F(posix_directory, answers_5_03_while_too_many_write_into_a_directory) {
    std::vector<int> held;
    for (char i = '0'; i <= '9'; ++i) {
        const std::string name = (root / ".mincoap-part-").string() + i;
        held.push_back(::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666));
        ASSERT_EQ(::flock(held.back(), LOCK_EX), 0);
    }
    EXPECT_EQ(put("fs/a.txt", "x"), "5.03");
    EXPECT_EQ(names_in(root).size(), 10U);
    for (const int descriptor : held) ::close(descriptor);
    EXPECT_EQ(put("fs/a.txt", "x"), "2.01");
}

TEST_F(posix_directory, writes_through_no_link_that_has_the_name_of_a_part) {
    fs::create_symlink(outside, root / ".mincoap-part-0");
    fs::create_hard_link(outside, root / ".mincoap-part-1");
    EXPECT_EQ(put("fs/a.txt", "x"), "2.01");
    EXPECT_EQ(read_file(outside), "secret");
    EXPECT_EQ(read_file(root / "a.txt"), "x");
}

// ---- several processes

// Returns a folder in memory if possible, because fsync is fast there.
fs::path place_for_many_writes(const fs::path& otherwise) {
    std::string name = "/dev/shm/mincoap-directory-XXXXXX";
    return ::mkdtemp(name.data()) != nullptr ? fs::path{name} : otherwise;
}

TEST_F(posix_directory, never_puts_a_body_under_the_name_of_a_file_of_another_process) {
    const fs::path tree = place_for_many_writes(root);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{2};
    const auto write_until_the_end = [&](int process) {
        files = directory::open(tree.c_str(), capacity).value();
        const std::string name = std::to_string(process);
        for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
            const std::string body = name + " " + std::to_string(i);
            const std::string taken = put("fs/" + name, body);
            if (taken != "2.01" && taken != "2.04") return std::cerr << "answered with " << taken << '\n', 1;
            const std::string found = read_file(tree / name);
            if (found != body) return std::cerr << "not " << body << " but " << found << '\n', 2;
        }
        return 0;
    };
    EXPECT_THAT(in_processes(6, write_until_the_end), testing::Each(0));
    EXPECT_THAT(names_in(tree), UnorderedElementsAre("0", "1", "2", "3", "4", "5"));
    if (tree != root) fs::remove_all(tree);
}

}  // namespace
}  // namespace mincoap::posix::directory_tests
