// Names that lead out of the tree, files that are not served, and DELETE.
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "directory_fixture.hpp"

namespace mincoap::posix::directory_tests {
namespace {

// ---- missing files

TEST_F(posix_directory, has_no_name_that_leads_up_or_holds_a_path) {
    fs::create_directory(root / "sub");
    write_file(root / "sub/a.txt", "Hello");
    write_file(root / "a.txt", "Hello");
    const std::vector<std::vector<std::string>> paths{{".."},
                                                      {"..", "outside.txt"},
                                                      {"sub", "..", "a.txt"},
                                                      {"sub", ".."},
                                                      {"."},
                                                      {".", "a.txt"},
                                                      {"../outside.txt"},
                                                      {"sub/a.txt"},
                                                      {"sub/../../outside.txt"},
                                                      {"/a.txt"},
                                                      {"/"},
                                                      {outside.string()},
                                                      {"", "a.txt"},
                                                      {"sub", "", "a.txt"},
                                                      {"sub", "", ""},
                                                      {"", ""},
                                                      {"a.txt\0"s},
                                                      {"a.txt\0.json"s},
                                                      {"\0"s}};
    for (const auto& path : paths) {
        EXPECT_EQ(get_segments(path), "4.04") << testing::PrintToString(path);
        ask put{code::put, "fs"};
        ask remove{code::delete_, "fs"};
        for (const std::string& segment : path) put.segment(segment), remove.segment(segment);
        EXPECT_EQ(said(put.payload("x")), "4.04") << testing::PrintToString(path);
        EXPECT_EQ(said(remove), "2.02") << testing::PrintToString(path) << ": an impossible name does not exist";
    }
    EXPECT_EQ(read_file(outside), "secret");
    EXPECT_EQ(get("fs/sub/a.txt"), "2.05 ct=0: Hello");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("sub", "a.txt"));
}

TEST_F(posix_directory, shows_no_hidden_file) {
    fs::create_directory(root / ".git");
    write_file(root / ".git/config", "secret");
    write_file(root / ".htpasswd", "secret");
    EXPECT_EQ(get("fs/.htpasswd"), "4.04");
    EXPECT_EQ(get("fs/.git"), "4.04");
    EXPECT_EQ(get("fs/.git/config"), "4.04");
    EXPECT_EQ(put("fs/.htpasswd", "x"), "4.04");
    EXPECT_EQ(said(ask{code::delete_, "fs/.htpasswd"}), "2.02");
    EXPECT_EQ(read_file(root / ".htpasswd"), "secret");
    EXPECT_THAT(listed("fs"), IsEmpty());
    EXPECT_THAT(linked("/fs"), IsEmpty());
}

TEST_F(posix_directory, follows_no_symbolic_link) {
    fs::create_directory(root / "sub");
    write_file(root / "sub/a.txt", "Hello");
    fs::create_symlink(outside, root / "out.txt");
    fs::create_symlink("../outside.txt", root / "relative.txt");
    fs::create_symlink("sub/a.txt", root / "within.txt");
    fs::create_symlink("none", root / "dangling.txt");
    fs::create_symlink("loop.txt", root / "loop.txt");
    fs::create_directory_symlink(home.path, root / "up");
    fs::create_directory_symlink("sub", root / "alias");
    fs::create_directory_symlink("/proc/self/root", root / "magic");
    for (const char* path : {"fs/out.txt", "fs/relative.txt", "fs/within.txt", "fs/dangling.txt", "fs/loop.txt",
                             "fs/up", "fs/up/outside.txt", "fs/alias", "fs/alias/a.txt", "fs/magic/etc/passwd"})
        EXPECT_EQ(get(path), "4.04") << path;
    EXPECT_EQ(get_segments({"up", ""}), "4.04");
    EXPECT_EQ(put("fs/up/new.txt", "x"), "4.04");
    EXPECT_EQ(said(ask{code::delete_, "fs/up/outside.txt"}), "2.02");
    EXPECT_EQ(read_file(outside), "secret");
    EXPECT_FALSE(fs::exists(home.path / "new.txt"));
    EXPECT_THAT(listed("fs"), ElementsAre("</fs/sub/>;ct=40"));
    EXPECT_THAT(linked("/fs"), ElementsAre("</fs/sub/a.txt>;sz=5;ct=0"));
}

TEST_F(posix_directory, follows_no_magic_link_of_proc) {
    directory proc = directory::open("/proc/self").value();
    const auto made = routes(below<"proc">(get_files(proc)));
    core to_proc{made};
    EXPECT_EQ(to_proc.said(ask{code::get, "proc/cwd"}), "4.04");
    EXPECT_EQ(to_proc.said(ask{code::get, "proc/root/etc/passwd"}), "4.04");
    EXPECT_EQ(to_proc.said(ask{code::get, "proc/fd/0"}), "4.04");
}

TEST_F(posix_directory, follows_no_symbolic_link_that_takes_the_place_of_a_directory) {
    fs::create_directory(root / "sub");
    fs::create_directory(home.path / "elsewhere");
    write_file(root / "sub/a.txt", a16 + b16);
    write_file(home.path / "elsewhere/a.txt", "secret secret secret secret");
    EXPECT_EQ(said(ask(code::get, "fs/sub/a.txt").with(block2, block_value(0, false, 0))), "2.05 ct=0: " + a16);
    EXPECT_EQ(put_block("fs/sub/b.txt", 0, more, a16), "2.31");
    fs::rename(root / "sub", root / "old");
    fs::create_directory_symlink(home.path / "elsewhere", root / "sub");
    EXPECT_EQ(said(ask(code::get, "fs/sub/a.txt").with(block2, block_value(1, false, 0))), "4.04");
    EXPECT_EQ(get("fs/sub"), "4.04");
    EXPECT_EQ(put_block("fs/sub/b.txt", 1, last, "b"), "4.04");
    EXPECT_THAT(names_in(home.path / "elsewhere"), ElementsAre("a.txt"));
}

TEST_F(posix_directory, neither_waits_for_a_fifo_nor_opens_a_socket) {
    ASSERT_EQ(::mkfifo((root / "fifo").c_str(), 0666), 0);
    const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    (root / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    for (const char* path : {"fs/fifo", "fs/socket", "fs/fifo/a"}) EXPECT_EQ(get(path), "4.04") << path;
    for (const char* path : {"fs/fifo", "fs/socket"}) {
        EXPECT_EQ(put(path, "x"), "4.03") << path;
        EXPECT_EQ(said(ask{code::delete_, path}), "4.03") << path;
    }
    EXPECT_EQ(get_segments({"fifo", ""}), "4.04");
    EXPECT_THAT(listed("fs"), IsEmpty());
    ::close(listening);
}

TEST_F(posix_directory, serves_no_device) {
    directory devices = directory::open("/dev").value();
    const auto made = routes(below<"dev">(get_files(devices)));
    core to_devices{made};
    EXPECT_EQ(to_devices.said(ask{code::get, "dev/null"}), "4.04");
    EXPECT_EQ(to_devices.said(ask{code::get, "dev/zero"}), "4.04");
    devices.links("/dev", [](std::string_view link) { EXPECT_FALSE(link.contains("/dev/null")) << link; });
}

TEST_F(posix_directory, has_no_name_that_is_too_long) {
    const std::string name(255, 'n');
    write_file(root / name, "x");
    EXPECT_EQ(get_segments({name}), "2.05 ct=42: x");
    EXPECT_EQ(get_segments({std::string(255, 'm')}), "4.04");
    // A Uri-Path cannot have 256 bytes (RFC 7252 §5.10, §5.4.3), so the server refuses the option.
    EXPECT_EQ(get_segments({name + "n"}), "4.02");
    std::vector<std::string> deep(400, "d");
    EXPECT_EQ(get_segments(deep), "4.04");
}

TEST_F(posix_directory, answers_4_03_where_permission_lacks) {
    fs::create_directory(root / "locked");
    fs::create_directory(root / "unlisted");
    write_file(root / "locked/a.txt", "x");
    write_file(root / "unlisted/a.txt", "x");
    write_file(root / "unreadable.txt", "x");
    fs::permissions(home.path, fs::perms{0755});
    fs::permissions(root / "locked", fs::perms::none);
    fs::permissions(root / "unlisted", fs::perms{0111});
    fs::permissions(root / "unreadable.txt", fs::perms::none);
    fs::permissions(root, fs::perms{0555});
    {
        const unprivileged somebody;
        EXPECT_EQ(get("fs/unreadable.txt"), "4.03");
        EXPECT_EQ(get("fs/locked"), "4.03");
        EXPECT_EQ(get("fs/locked/a.txt"), "4.03");
        EXPECT_EQ(get("fs/unlisted"), "4.03");
        EXPECT_EQ(get("fs/unlisted/a.txt"), "2.05 ct=0: x");
        EXPECT_EQ(put("fs/new.txt", "x"), "4.03");
        EXPECT_EQ(said(ask{code::delete_, "fs/unreadable.txt"}), "4.03");
    }
    fs::permissions(root, fs::perms{0755});
    fs::permissions(root / "locked", fs::perms{0755});
    fs::permissions(root / "unlisted", fs::perms{0755});
}

TEST_F(posix_directory, answers_4_02_to_options_that_a_file_does_not_look_at) {
    write_file(root / "a.txt", "x");
    EXPECT_EQ(said(ask(code::get, "fs/a.txt").query("x")), "4.02");
    EXPECT_EQ(said(ask(code::get, "fs/a.txt").with(if_match)), "4.02");
}

TEST_F(posix_directory, has_only_the_methods_that_are_named) {
    write_file(root / "a.txt", "x");
    EXPECT_EQ(said(ask(code::put, "a b/c/a.txt").payload("y")), "4.05");
    EXPECT_EQ(said(ask{code::delete_, "a b/c/a.txt"}), "4.05");
    EXPECT_EQ(said(ask{code::post, "fs/a.txt"}), "4.05");
    EXPECT_EQ(read_file(root / "a.txt"), "x");
}

// ---- DELETE

// RFC 7252 §5.8.4
TEST_F(posix_directory, deletes_a_file_and_says_so_if_there_is_none) {
    write_file(root / "a.txt", "x");
    EXPECT_EQ(said(ask{code::delete_, "fs/a.txt"}), "2.02");
    EXPECT_FALSE(fs::exists(root / "a.txt"));
    EXPECT_EQ(said(ask{code::delete_, "fs/a.txt"}), "2.02");
    EXPECT_EQ(said(ask{code::delete_, "fs/none/a.txt"}), "2.02");
}

TEST_F(posix_directory, deletes_files_only) {
    fs::create_directory(root / "sub");
    fs::create_symlink(outside, root / "link.txt");
    EXPECT_EQ(said(ask{code::delete_, "fs/sub"}), "4.03");
    EXPECT_EQ(said(ask(code::delete_, "fs/sub").segment("")), "4.03");
    EXPECT_EQ(said(ask{code::delete_, "fs"}), "4.03");
    EXPECT_EQ(said(ask{code::delete_, "fs/link.txt"}), "4.03");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("sub", "link.txt"));
    EXPECT_TRUE(fs::exists(outside));
}

TEST_F(posix_directory, deletes_under_the_conditions_of_the_request) {
    EXPECT_EQ(said(ask(code::delete_, "fs/a.txt").with(if_match)), "4.12") << "there is none";
    EXPECT_EQ(said(ask(code::delete_, "fs/..").with(if_match)), "4.12");
    write_file(root / "a.txt", "x");
    const packet tag = tag_of("fs/a.txt");
    EXPECT_EQ(said(ask(code::delete_, "fs/a.txt").with(if_match, "01 02")), "4.12");
    EXPECT_EQ(said(ask(code::delete_, "fs/a.txt").with(if_none_match)), "4.12");
    EXPECT_TRUE(fs::exists(root / "a.txt"));
    EXPECT_EQ(said(ask(code::delete_, "fs/a.txt").with(if_match, tag)), "2.02");
    EXPECT_FALSE(fs::exists(root / "a.txt"));
}

}  // namespace
}  // namespace mincoap::posix::directory_tests
