// Files that clients write, as a whole or block by block.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "directory_fixture.hpp"

namespace mincoap::posix::directory_tests {
namespace {

// ---- PUT

TEST_F(posix_directory, takes_a_body_in_one_request) {
    EXPECT_EQ(put("fs/a.txt", "Hello"), "2.01");
    EXPECT_EQ(read_file(root / "a.txt"), "Hello");
    EXPECT_EQ(put("fs/a.txt", "Bye"), "2.04");
    EXPECT_EQ(read_file(root / "a.txt"), "Bye");
    EXPECT_EQ(put("fs/a.txt", ""), "2.04");
    EXPECT_EQ(get("fs/a.txt"), "2.05 ct=0");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

TEST_F(posix_directory, takes_a_body_of_100_kilobytes_in_blocks_of_any_size) {
    const std::string body = body_of(100'000);
    for (unsigned exponent = 0; exponent <= 6; ++exponent) {
        const std::size_t size = 16U << exponent;
        const std::uint32_t count = static_cast<std::uint32_t>((body.size() + size - 1) / size);
        for (std::uint32_t i = 0; i < count; ++i) {
            const bool more_follow = i + 1 < count;
            const told response = answer(block("fs/a.bin", i, more_follow, body.substr(i * size, size), exponent));
            ASSERT_EQ(response.code, more_follow ? "2.31" : exponent == 0 ? "2.01" : "2.04");
            ASSERT_EQ(response.number(block1), i << 4 | (more_follow ? 8U : 0U) | exponent);
        }
        EXPECT_TRUE(read_file(root / "a.bin") == body) << exponent;
        fs::resize_file(root / "a.bin", 0);
    }
}

TEST_F(posix_directory, shows_nothing_of_an_upload_before_its_end) {
    write_file(root / "a.txt", "old");
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(get("fs/a.txt"), "2.05 ct=0: old");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("a.txt", ".mincoap-part-0"));
    EXPECT_EQ(get("fs/.mincoap-part-0"), "4.04");
    EXPECT_THAT(listed("fs"), ElementsAre("</fs/a.txt>;sz=3;ct=0"));
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.04");
    EXPECT_EQ(get("fs/a.txt"), "2.05 ct=0: " + a16 + "b");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

TEST_F(posix_directory, replaces_a_file_under_who_reads_it) {
    write_file(root / "a.txt", "old");
    EXPECT_EQ(get_with(files, [&] { EXPECT_EQ(put("fs/a.txt", "new!"), "2.04"); }), "2.05 ct=0: old");
    EXPECT_EQ(get("fs/a.txt"), "2.05 ct=0: new!");
}

// RFC 7252 §4.5: the response was lost, and the server does not deduplicate.
TEST_F(posix_directory, takes_a_block_again) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put_block("fs/a.txt", 1, more, b16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, b16), "4.08") << "the same block, but marked as the last one";
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put_block("fs/a.txt", 2, last, "c"), "2.01");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "d"), "4.08") << "a different block for a complete body";
    EXPECT_EQ(put_block("fs/a.txt", 2, more, "c" + std::string(15, 'c')), "4.08");
    EXPECT_EQ(read_file(root / "a.txt"), a16 + b16 + "c");
}

TEST_F(posix_directory, writes_a_last_block_once) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01");
    fs::remove(root / "a.txt");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01") << "the same response again";
    EXPECT_THAT(names_in(root), IsEmpty());
}

// RFC 7959 §2.9.2
TEST_F(posix_directory, answers_a_gap_with_4_08) {
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "4.08") << "the first block is missing";
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "c"), "4.08");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01") << "the missing block may still arrive";
    EXPECT_EQ(read_file(root / "a.txt"), a16 + "b");
}

TEST_F(posix_directory, begins_anew_at_0) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "x"), "4.08") << "the first upload has left no data";
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01");
    EXPECT_EQ(read_file(root / "a.txt"), b16 + "b");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

TEST_F(posix_directory, mixes_no_blocks_of_different_files_or_clients) {
    fs::create_directory(root / "sub");
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/b.txt", 1, last, "b"), "4.08");
    EXPECT_EQ(put_block("fs/sub/a.txt", 1, last, "b"), "4.08") << "the same name elsewhere";
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b", somebody_else()), "4.08");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b", somebody_else()), "4.08") << "not even of a complete body";
    EXPECT_THAT(names_in(root), UnorderedElementsAre("a.txt", "sub"));
}

TEST_F(posix_directory, ends_an_upload_when_its_client_begins_another_one) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/b.txt", 0, more, b16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "a"), "4.08");
    EXPECT_EQ(put_block("fs/b.txt", 1, last, "b"), "2.01");
    EXPECT_THAT(names_in(root), ElementsAre("b.txt"));
    EXPECT_EQ(read_file(root / "b.txt"), b16 + "b");
}

// RFC 7252 §5.9.3.4
TEST_F(posix_directory, makes_a_second_client_wait_for_the_upload_of_the_first) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    now_ms = 2'500;
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16, somebody_else()), "5.03 age=8");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b", somebody_else()), "4.08") << "it has not begun";
    EXPECT_EQ(put_block("fs/b.txt", 0, more, b16, somebody_else()), "5.03 age=8") << "one at a time";
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "a"), "2.01");
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16, somebody_else()), "2.31") << "it has ended";
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b", somebody_else()), "2.04");
    EXPECT_EQ(read_file(root / "a.txt"), b16 + "b");
}

TEST_F(posix_directory, lets_an_upload_that_was_refused_make_no_other_one_wait) {
    EXPECT_EQ(put_block("fs/a", 0, more, a16), "2.31");
    fs::create_directory(root / "a");
    EXPECT_EQ(put_block("fs/a", 1, last, "b"), "4.03");
    EXPECT_EQ(put_block("fs/b", 0, more, b16, somebody_else()), "2.31");
}

TEST_F(posix_directory, gives_up_an_upload_that_is_silent_if_another_one_begins) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    now_ms = 9'999;
    EXPECT_EQ(put_block("fs/a.txt", 1, more, a16), "2.31") << "the upload is active";
    now_ms = 19'998;
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16, somebody_else()), "5.03 age=1");
    now_ms = 19'999;
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16, somebody_else()), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "a"), "4.08");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b", somebody_else()), "2.01");
    EXPECT_EQ(read_file(root / "a.txt"), b16 + "b");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

TEST_F(posix_directory, is_not_locked_by_a_dead_upload_where_the_clock_stands_still) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    for (int left = 9; left > 0; --left)
        EXPECT_EQ(put_block("fs/a.txt", 0, more, b16, somebody_else()), "5.03 age=" + std::to_string(left));
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16, somebody_else()), "2.31");
}

// RFC 9175 §3.3
TEST_F(posix_directory, keeps_two_uploads_of_one_client_apart_by_their_request_tags) {
    const auto tagged = [&](const char* tag, std::uint32_t number, bool more_follow, std::string_view payload) {
        return said(block("fs/a.txt", number, more_follow, payload).with(request_tag, tag));
    };
    EXPECT_EQ(tagged("01", 0, more, a16), "2.31");
    EXPECT_EQ(tagged("02", 0, more, b16), "5.03 age=9");
    EXPECT_EQ(tagged("02", 1, last, "b"), "4.08");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "4.08") << "a missing tag differs from any tag";
    EXPECT_EQ(tagged("01", 1, last, "a"), "2.01");
    EXPECT_EQ(read_file(root / "a.txt"), a16 + "a");
}

TEST_F(posix_directory, goes_on_with_an_upload_while_others_put_whole_bodies) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(said(ask(code::put, "fs/b.txt").payload("whole"), somebody_else()), "2.01");
    EXPECT_EQ(put_block("fs/a.txt", 0, last, "other", somebody_else()), "2.01") << "one block is a whole body";
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "a"), "2.04");
    EXPECT_EQ(read_file(root / "a.txt"), a16 + "a");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("a.txt", "b.txt"));
}

TEST_F(posix_directory, gives_an_upload_up_when_its_client_puts_a_whole_body) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put("fs/a.txt", "whole"), "2.01");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "late"), "4.08");
    EXPECT_EQ(read_file(root / "a.txt"), "whole");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

TEST_F(posix_directory, ends_an_upload_whose_directory_was_replaced) {
    fs::create_directory(root / "sub");
    EXPECT_EQ(put_block("fs/sub/a.txt", 0, more, a16), "2.31");
    fs::rename(root / "sub", home.path / "moved");
    fs::create_directory(root / "sub");
    EXPECT_EQ(put_block("fs/sub/a.txt", 1, last, "b"), "4.08");
    EXPECT_THAT(names_in(root / "sub"), IsEmpty());
    files = {};
    EXPECT_THAT(names_in(home.path / "moved"), IsEmpty()) << "the part is found in the moved directory";
}

// RFC 7959 §2.9.3, §4
TEST_F(posix_directory, answers_what_is_larger_than_its_capacity_with_4_13) {
    directory small = directory::open(root.c_str(), 20).value();
    const auto made = routes(below<"fs">(put_files(small)));
    core to_small{made};
    const auto say = [&](const packet& datagram) { return told{to_small.answer(datagram)}.text(); };
    EXPECT_EQ(say(ask(code::put, "fs/a").payload(std::string(21, 'x'))), "4.13 size1=20");
    EXPECT_EQ(say(block("fs/a", 0, more, a16).with(size1, uint(21))), "4.13 size1=20");
    EXPECT_EQ(say(block("fs/a", 0, more, a16)), "2.31");
    EXPECT_EQ(say(block("fs/a", 1, last, "12345")), "4.13 size1=20");
    EXPECT_EQ(say(block("fs/a", 1, last, "1234")), "4.08") << "it has ended";
    EXPECT_THAT(names_in(root), IsEmpty());
    EXPECT_EQ(say(block("fs/a", 0, more, a16)), "2.31");
    EXPECT_EQ(say(block("fs/a", 1, last, "1234")), "2.01");
    EXPECT_EQ(read_file(root / "a").size(), 20U);
}

TEST_F(posix_directory, answers_a_block_that_is_none_with_4_00) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, "too short"), "4.00");
    EXPECT_EQ(put_block("fs/a.txt", 0, last, a16 + "1"), "4.00");
    EXPECT_EQ(said(block("fs/a.txt", 0, last, "x", 7)), "4.00") << "SZX 7 is reserved";
    EXPECT_THAT(names_in(root), IsEmpty());
}

// RFC 7252 §5.9.2.11
TEST_F(posix_directory, takes_only_the_format_that_the_name_tells) {
    EXPECT_EQ(said(ask(code::put, "fs/a.json").format(50).payload("{}")), "2.01");
    EXPECT_EQ(said(ask(code::put, "fs/a.json").format(60).payload("{}")), "4.15");
    EXPECT_EQ(said(ask(code::put, "fs/a.json").payload("[]")), "2.04");
    EXPECT_EQ(said(ask(code::put, "fs/a").format(60).payload("x")), "2.01") << "the name implies no format";
    EXPECT_EQ(read_file(root / "a.json"), "[]");
}

TEST_F(posix_directory, makes_no_directory_and_replaces_only_files) {
    fs::create_directory(root / "sub");
    fs::create_symlink(outside, root / "link.txt");
    EXPECT_EQ(put("fs/none/a.txt", "x"), "4.04");
    EXPECT_EQ(put("fs/sub", "x"), "4.03");
    EXPECT_EQ(said(ask(code::put, "fs/sub").segment("").payload("x")), "4.03");
    EXPECT_EQ(put("fs", "x"), "4.03");
    EXPECT_EQ(put("fs/link.txt", "x"), "4.03");
    EXPECT_EQ(put("fs/link.txt/a", "x"), "4.04");
    EXPECT_EQ(read_file(outside), "secret");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("sub", "link.txt"));
    EXPECT_THAT(names_in(root / "sub"), IsEmpty());
}

TEST_F(posix_directory, replaces_no_directory_that_came_while_it_took_blocks) {
    EXPECT_EQ(put_block("fs/a", 0, more, a16), "2.31");
    fs::create_directory(root / "a");
    EXPECT_EQ(put_block("fs/a", 1, last, "b"), "4.03");
    EXPECT_EQ(put_block("fs/a", 1, last, "b"), "4.03") << "again as it was";
    EXPECT_THAT(names_in(root), ElementsAre("a"));
}

// RFC 7252 §5.10.8.1
TEST_F(posix_directory, heeds_if_match) {
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_match).payload("x")), "4.12") << "there is none";
    write_file(root / "a.txt", "old");
    const packet tag = tag_of("fs/a.txt");
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_match, "01 02").payload("x")), "4.12");
    EXPECT_EQ(read_file(root / "a.txt"), "old");
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_match, "01 02").with(if_match, tag).payload("x")), "2.04");
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_match, tag).payload("y")), "4.12");
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_match).payload("y")), "2.04");
    EXPECT_EQ(read_file(root / "a.txt"), "y");
    EXPECT_THAT(names_in(root), ElementsAre("a.txt"));
}

// RFC 7252 §5.10.8.2
TEST_F(posix_directory, heeds_if_none_match) {
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_none_match).payload("x")), "2.01");
    EXPECT_EQ(said(ask(code::put, "fs/a.txt").with(if_none_match).payload("y")), "4.12");
    EXPECT_EQ(said(block("fs/a.txt", 0, more, a16).with(if_none_match)), "4.12");
    EXPECT_EQ(read_file(root / "a.txt"), "x");
}

TEST_F(posix_directory, holds_conditions_again_before_the_file_is_in_place) {
    write_file(root / "a.txt", "old");
    const packet tag = tag_of("fs/a.txt");
    EXPECT_EQ(said(block("fs/a.txt", 0, more, a16).with(if_match, tag)), "2.31");
    write_file(root / "a.txt", "changed");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "4.12") << "the first block has said If-Match";
    EXPECT_EQ(read_file(root / "a.txt"), "changed");

    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(said(block("fs/a.txt", 1, last, "b").with(if_match, tag)), "4.12") << "the last block says it";
    EXPECT_EQ(read_file(root / "a.txt"), "changed");

    EXPECT_EQ(said(block("fs/b.txt", 0, more, a16).with(if_none_match)), "2.31");
    write_file(root / "b.txt", "came first");
    EXPECT_EQ(put_block("fs/b.txt", 1, last, "b"), "4.12");
    EXPECT_EQ(read_file(root / "b.txt"), "came first");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("a.txt", "b.txt"));

    EXPECT_EQ(said(block("fs/b.txt", 0, more, a16).with(if_match, tag_of("fs/b.txt"))), "2.31");
    EXPECT_EQ(put_block("fs/b.txt", 1, last, "b"), "2.04") << "nothing has changed";
}

// ---- PUT when things go wrong

TEST_F(posix_directory, answers_4_13_beyond_the_limit_for_files_and_neither_dies_nor_leaves_a_part) {
    write_file(root / "a.txt", "old");
    const auto put_too_much = [&](int) {
        const rlimit so_many_bytes{.rlim_cur = 24, .rlim_max = 24};
        ::setrlimit(RLIMIT_FSIZE, &so_many_bytes);
        std::vector<std::string> answers;
        answers.push_back(put_block("fs/a.txt", 0, more, a16));
        answers.push_back(put_block("fs/a.txt", 1, more, b16));
        answers.push_back(put_block("fs/a.txt", 1, last, "c"));
        answers.push_back(put("fs/b.txt", a16 + b16));
        answers.push_back(put("fs/c.txt", a16 + "12345678"));
        return answers == std::vector<std::string>{"2.31", "4.13 size1=24", "4.08", "4.13 size1=24", "2.01"} ? 0 : 1;
    };
    EXPECT_THAT(in_processes(1, put_too_much), ElementsAre(0)) << "25: SIGXFSZ";
    EXPECT_EQ(read_file(root / "a.txt"), "old");
    EXPECT_THAT(names_in(root), UnorderedElementsAre("a.txt", "c.txt"));
}

// In a small file system of its own.
TEST_F(posix_directory, answers_4_13_on_a_full_disk_and_leaves_the_old_file_and_no_part) {
    constexpr int cannot_mount = 77;
    const auto fill = [&](int) {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("none", root.c_str(), "tmpfs", 0, "size=16k") != 0)
            return cannot_mount;
        files = directory::open(root.c_str(), capacity).value();
        const std::string half(1024, 'x');
        write_file(root / "a.txt", "old");
        std::string taken = "2.31";
        for (std::uint32_t i = 0; i < 16 && taken == "2.31"; ++i) taken = said(block("fs/a.txt", i, more, half, 6));
        if (taken != "4.13") return 1;
        if (read_file(root / "a.txt") != "old" || names_in(root).size() != 1) return 2;
        return put("fs/a.txt", "new") == "2.04" ? 0 : 3;
    };
    const int status = in_processes(1, fill).front();
    if (WIFEXITED(status) && WEXITSTATUS(status) == cannot_mount) GTEST_SKIP() << "no right to mount";
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mincoap::posix::directory_tests
