// Opening a directory tree, and reading its files in blocks.
#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include "../../support/system_calls.hpp"
#include "directory_fixture.hpp"

namespace mincoap::posix::directory_tests {
namespace {

using test::system_calls;

// ---- open

TEST_F(posix_directory, says_why_it_cannot_be_opened) {
    EXPECT_EQ(directory::open((root / "none").c_str()).error(), std::errc::no_such_file_or_directory);
    EXPECT_EQ(directory::open(outside.c_str()).error(), std::errc::not_a_directory);
}

constinit directory closed;

TEST_F(posix_directory, answers_5_03_until_it_is_opened) {
    constexpr auto closed_site = routes(below<"fs">(get_files(closed), put_files(closed), delete_files(closed)));
    core to_closed{closed_site};
    EXPECT_EQ(to_closed.said(ask{code::get, "fs/a"}), "5.03");
    EXPECT_EQ(to_closed.said(ask(code::put, "fs/a").payload("x")), "5.03");
    EXPECT_EQ(to_closed.said(ask{code::delete_, "fs/a"}), "5.03");
    closed.links("/fs", [](std::string_view link) { ADD_FAILURE() << link; });
}

TEST_F(posix_directory, stands_in_a_site_that_is_made_at_run_time) {
    write_file(root / "a.txt", "Hello");
    directory mine = directory::open(root.c_str()).value();
    const auto made = routes(below<"mine">(get_files(mine)).title("Files"), well_known_core);
    core to_made{made};
    EXPECT_EQ(to_made.said(ask{code::get, "mine/a.txt"}), "2.05 ct=0: Hello");
    EXPECT_EQ(to_made.said(ask{code::get, ".well-known/core"}), "2.05 ct=40: </mine>;title=\"Files\"");
}

TEST_F(posix_directory, stands_at_the_root_of_a_site) {
    fs::create_directory(root / "sub");
    write_file(root / "sub/a.txt", "Hello");
    static constexpr auto whole = routes(below<"">(get_files(files)));
    core to_whole{whole};
    EXPECT_EQ(to_whole.said(ask{code::get}), "2.05 ct=40: </sub/>;ct=40");
    EXPECT_EQ(to_whole.said(ask{code::get, "sub"}), "2.05 ct=40: </sub/a.txt>;sz=5;ct=0");
    EXPECT_EQ(to_whole.said(ask{code::get, "sub/a.txt"}), "2.05 ct=0: Hello");
}

TEST_F(posix_directory, may_itself_be_reached_by_a_symbolic_link) {
    write_file(root / "a.txt", "Hello");
    fs::create_directory_symlink(root, home.path / "link");
    files = directory::open((home.path / "link").c_str()).value();
    EXPECT_EQ(get("fs/a.txt"), "2.05 ct=0: Hello");
}

// ---- GET of a file

TEST_F(posix_directory, serves_a_file_as_a_whole_if_it_fits) {
    write_file(root / "a.txt", "Hello");
    const told response = answer(ask{code::get, "fs/a.txt"});
    EXPECT_EQ(response.text(), "2.05 ct=0: Hello");
    EXPECT_EQ(response.tag().size(), 4U);
    EXPECT_EQ(response.number(block2), std::nullopt);
}

TEST_F(posix_directory, serves_a_file_in_a_directory_in_a_directory) {
    fs::create_directories(root / "x/y");
    write_file(root / "x/y/z.json", "{}");
    EXPECT_EQ(get("fs/x/y/z.json"), "2.05 ct=50: {}");
    EXPECT_EQ(get("a b/c/x/y/z.json"), "2.05 ct=50: {}");
    EXPECT_EQ(get_segments({"x", "y", "z.json", ""}), "4.04") << "it is no directory";
    EXPECT_EQ(get("fs/x/none/z.json"), "4.04");
    EXPECT_EQ(get("fs/none"), "4.04");
}

TEST_F(posix_directory, serves_an_empty_file) {
    write_file(root / "empty.txt", "");
    const told response = answer(ask{code::get, "fs/empty.txt"});
    EXPECT_EQ(response.text(), "2.05 ct=0");
    EXPECT_NE(response.tag().size(), 0U);
    EXPECT_EQ(said(ask(code::get, "fs/empty.txt").with(block2, block_value(0, false, 2))), "2.05 ct=0");
    EXPECT_EQ(said(ask(code::get, "fs/empty.txt").with(block2, block_value(1, false, 2))), "4.00");
}

TEST_F(posix_directory, serves_100_kilobytes_in_blocks_of_any_size) {
    const std::string body = body_of(100'000);
    write_file(root / "large.bin", body);
    for (unsigned exponent = 0; exponent <= 6; ++exponent)
        EXPECT_TRUE(read_in_blocks(ask{code::get, "fs/large.bin"}, exponent) == body) << exponent;
    const told first = answer(ask{code::get, "fs/large.bin"});
    EXPECT_EQ(first.number(block2), 8U | 6U) << "what does not fit comes in blocks";
    EXPECT_EQ(first.payload, body.substr(0, 1024));
    EXPECT_EQ(said(ask(code::get, "fs/large.bin").with(block2, block_value(98, false, 6))), "4.00") << "behind its end";
}

TEST_F(posix_directory, tells_the_format_by_the_extension) {
    const std::map<std::string, std::uint32_t> formats{
        {"a.txt", 0},      {"a.xml", 41},    {"a.json", 50}, {"a.cbor", 60},   {"a.senml", 110},
        {"a.senmlc", 112}, {"a.b.json", 50}, {"A.JSON", 50}, {"a.css", 20000}, {"a.senmlx", 310},
        {"txt", 42},       {"a", 42},        {"a.", 42},     {"a.json~", 42},  {"a.jsonx", 42}};
    for (const auto& [name, format] : formats) {
        write_file(root / name, "x");
        EXPECT_EQ(get("fs/" + name), "2.05 ct=" + std::to_string(format) + ": x") << name;
    }
}

// RFC 7252 §5.10.4
TEST_F(posix_directory, heeds_accept) {
    write_file(root / "a.json", "{}");
    EXPECT_EQ(said(ask(code::get, "fs/a.json").accept(50)), "2.05 ct=50: {}");
    EXPECT_EQ(said(ask(code::get, "fs/a.json").accept(0)), "4.06");
    EXPECT_EQ(said(ask(code::get, "fs").accept(40)), "2.05 ct=40: </fs/a.json>;sz=2;ct=50");
    EXPECT_EQ(said(ask(code::get, "fs").accept(50)), "4.06");
}

// RFC 7252 §5.10.6.2
TEST_F(posix_directory, answers_2_03_while_a_file_stays_the_same) {
    write_file(root / "a.txt", "Hello");
    const packet tag = tag_of("fs/a.txt");
    EXPECT_EQ(said(ask(code::get, "fs/a.txt").with(etag_number, tag)), "2.03");
    EXPECT_EQ(tag_of("fs/a.txt"), tag);
    fs::last_write_time(root / "a.txt", fs::last_write_time(root / "a.txt") + std::chrono::nanoseconds{1});
    EXPECT_NE(tag_of("fs/a.txt"), tag) << "the time of change";
    EXPECT_EQ(said(ask(code::get, "fs/a.txt").with(etag_number, tag)), "2.05 ct=0: Hello");
}

TEST_F(posix_directory, gives_another_etag_to_another_size_and_to_another_file) {
    write_file(root / "a.txt", "Hello");
    write_file(root / "b.txt", "Hello");
    const auto time = fs::last_write_time(root / "a.txt");
    fs::last_write_time(root / "b.txt", time);
    const packet tag = tag_of("fs/a.txt");
    EXPECT_NE(tag_of("fs/b.txt"), tag) << "the inode";
    write_file(root / "a.txt", "Hello!");
    fs::last_write_time(root / "a.txt", time);
    EXPECT_NE(tag_of("fs/a.txt"), tag) << "the size";
}

TEST_F(posix_directory, serves_all_that_blocks_can_tell_and_says_5_01_to_more) {
    write_file(root / "large.bin", "");
    fs::resize_file(root / "large.bin", 1U << 30);
    const told end = answer(ask(code::get, "fs/large.bin").with(block2, block_value(0xf'ffff, false, 6)));
    EXPECT_EQ(end.code, "2.05");
    EXPECT_EQ(end.payload.size(), 1024U);
    EXPECT_FALSE(end.has_more());
    fs::resize_file(root / "large.bin", (1U << 30) + 1);
    EXPECT_EQ(get("fs/large.bin"), "5.01: larger than 1 GiB");
    fs::resize_file(root / "large.bin", 1ULL << 32);
    EXPECT_EQ(get("fs/large.bin"), "5.01: larger than 1 GiB");
}

TEST_F(posix_directory, answers_5_00_if_a_file_is_cut_before_it_is_read) {
    write_file(root / "a.txt", "Hello");
    EXPECT_EQ(get_with(files, [&] { fs::resize_file(root / "a.txt", 4); }), "5.00");
    EXPECT_EQ(get("fs/a.txt"), "2.05 ct=0: Hell");
}

TEST_F(posix_directory, serves_the_file_that_it_has_opened) {
    write_file(root / "a.txt", "Hello");
    EXPECT_EQ(get_with(files, [&] { fs::rename(outside, root / "a.txt"); }), "2.05 ct=0: Hello");
    EXPECT_EQ(get_with(files, [&] { fs::remove(root / "a.txt"); }), "2.05 ct=0: secret");
    EXPECT_EQ(get("fs/a.txt"), "4.04");
}

TEST_F(posix_directory, leaves_no_descriptor_open) {
    write_file(root / "a.txt", "Hello");
    ::mkfifo((root / "fifo").c_str(), 0666);
    const std::size_t before = open_descriptors();
    for (const char* path : {"fs/a.txt", "fs", "fs/none", "fs/fifo", "fs/.hidden"}) {
        EXPECT_NE(get(path), "");
        EXPECT_EQ(open_descriptors(), before) << path;
    }
    EXPECT_EQ(said(ask(code::get, "fs/a.txt").accept(50)), "4.06");
    EXPECT_EQ(open_descriptors(), before + 1) << "no reply has been written";
    EXPECT_EQ(get("fs/none"), "4.04");
    EXPECT_EQ(put("fs/b.txt", "x"), "2.01");
    EXPECT_EQ(said(ask{code::delete_, "fs/b.txt"}), "2.02");
    EXPECT_EQ(linked("/fs").size(), 1U);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(posix_directory, can_be_read_by_blocks_while_others_are_read) {
    write_file(root / "a.txt", a16 + b16);
    write_file(root / "b.txt", b16 + a16);
    const auto part = [&](std::string_view path, std::uint32_t number) {
        return answer(ask{code::get, path}.with(block2, block_value(number, false, 0))).payload;
    };
    EXPECT_EQ(part("fs/a.txt", 0), a16);
    EXPECT_EQ(part("fs/b.txt", 0), b16);
    EXPECT_EQ(part("fs/a.txt", 1), b16);
    EXPECT_EQ(part("fs/b.txt", 1), a16);
}

// ---- GET of a file, block after block

TEST_F(posix_directory, opens_no_file_for_most_blocks_of_a_transfer) {
    write_file(root / "large.bin", body_of(100'000));
    const auto read_block = [&](std::uint32_t number) {
        return said(ask(code::get, "fs/large.bin").with(block2, block_value(number, false, 6))).starts_with("2.05");
    };
    const auto calls = system_calls::count([&] { return read_block(0) && read_block(1); },
                                           [&] {
                                               bool all = true;
                                               for (std::uint32_t number = 2; number < 32; ++number)
                                                   all = read_block(number) && all;
                                               return all;
                                           });
    if (!calls) GTEST_SKIP() << "no process can be traced";
    EXPECT_TRUE(calls->succeeded());
    EXPECT_EQ(calls->looks(), 30U) << "one for each block";
    EXPECT_EQ(calls->of(SYS_openat) + calls->of(SYS_pread64), 0U);
}

TEST_F(posix_directory, opens_a_file_once_for_a_block_and_its_directory_never) {
    write_file(root / "a.txt", "Hello");
    const auto calls = system_calls::count([&] { return get("fs/none") == "4.04"; },
                                           [&] { return get("fs/a.txt") == "2.05 ct=0: Hello"; });
    if (!calls) GTEST_SKIP() << "no process can be traced";
    EXPECT_TRUE(calls->succeeded());
    EXPECT_EQ(calls->of(SYS_openat), 1U);
    EXPECT_EQ(calls->of(SYS_close), 1U);
    EXPECT_EQ(calls->looks(), 2U) << "before and after it is opened";
}

// Once the file changes, the server does not send bytes that it has read ahead.
class posix_directory_ahead : public posix_directory {
protected:
    void SetUp() override {
        posix_directory::SetUp();
        write_file(root / "a.txt", body);
        first = part(0);
        EXPECT_EQ(part(1).payload, body.substr(16, 16));
        EXPECT_EQ(part(2).payload, body.substr(32, 16)) << "this was read ahead";
    }
    told part(std::uint32_t number) {
        return answer(ask(code::get, "fs/a.txt").with(block2, block_value(number, false, 0)));
    }

    const std::string body = body_of(1000);
    const std::string other = std::string(1000, 'x');
    told first{packet{}};
};

TEST_F(posix_directory_ahead, sends_the_bytes_of_a_file_that_has_changed_and_another_etag) {
    const auto before = fs::last_write_time(root / "a.txt");
    write_file(root / "a.txt", other);
    fs::last_write_time(root / "a.txt", before + std::chrono::milliseconds{10});  // a tick of coarse clocks
    EXPECT_EQ(part(3).payload, other.substr(48, 16));
    EXPECT_NE(part(4).tag(), first.tag());
}

TEST_F(posix_directory_ahead, sends_the_bytes_of_another_file_of_the_same_size_and_time) {
    write_file(root / "b.txt", other);
    fs::last_write_time(root / "b.txt", fs::last_write_time(root / "a.txt"));
    fs::rename(root / "b.txt", root / "a.txt");
    EXPECT_EQ(part(3).payload, other.substr(48, 16));
    EXPECT_NE(part(4).tag(), first.tag());
}

TEST_F(posix_directory_ahead, sends_the_bytes_that_a_client_has_put) {
    EXPECT_EQ(put("fs/a.txt", other), "2.04");
    EXPECT_EQ(part(3).payload, other.substr(48, 16));
}

TEST_F(posix_directory_ahead, sends_nothing_of_a_file_that_is_gone_or_hidden_behind_a_link) {
    fs::rename(root / "a.txt", home.path / "a.txt");
    EXPECT_EQ(part(3).code, "4.04");
    fs::create_symlink(home.path / "a.txt", root / "a.txt");
    EXPECT_EQ(part(3).code, "4.04");
}

TEST_F(posix_directory_ahead, sends_nothing_of_a_file_that_may_not_be_read_any_more) {
    fs::permissions(home.path, fs::perms{0755});
    fs::permissions(root / "a.txt", fs::perms::none);
    const unprivileged somebody;
    EXPECT_EQ(part(3).code, "4.03");
}

TEST_F(posix_directory_ahead, reads_the_first_block_anew) {
    const auto time = fs::last_write_time(root / "a.txt");
    write_file(root / "a.txt", other);
    fs::last_write_time(root / "a.txt", time);
    EXPECT_EQ(part(0).payload, other.substr(0, 16));
    EXPECT_EQ(part(1).payload, other.substr(16, 16)) << "and what follows it";
}

TEST_F(posix_directory_ahead, mixes_no_bytes_of_two_files_that_are_read_in_turns) {
    write_file(root / "b.txt", other);
    for (std::uint32_t number = 3; number < 60; ++number) {
        const ask b = ask(code::get, "fs/b.txt").with(block2, block_value(number, false, 0));
        ASSERT_EQ(part(number).payload, body.substr(number * 16, 16));
        for (std::uint32_t again = 0; again <= number % 2; ++again)
            ASSERT_EQ(answer(b).payload, other.substr(number * 16, 16));
    }
}

TEST_F(posix_directory_ahead, leaves_no_descriptor_open) {
    const std::size_t before = open_descriptors();
    for (std::uint32_t number = 3; number < 60; ++number) EXPECT_EQ(part(number).code, "2.05");
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(posix_directory_ahead, sends_blocks_in_any_order_and_to_the_very_end) {
    for (const std::uint32_t number : {62U, 3U, 61U, 0U, 62U, 30U, 31U, 62U, 1U})
        EXPECT_EQ(part(number).payload, body.substr(number * 16, 16)) << number;
    EXPECT_EQ(part(63).code, "4.00");
}

}  // namespace
}  // namespace mincoap::posix::directory_tests
