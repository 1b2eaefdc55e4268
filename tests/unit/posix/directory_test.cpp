// A directory tree as resources: what is read, listed, written and deleted, and that no name leads out of it.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <mincoap/posix/directory.hpp>

#include "../../support/exchange.hpp"
#include "../../support/options.hpp"
#include "../../support/system_calls.hpp"

namespace mincoap::posix {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::string_literals;

using test::ask;
using test::block1;
using test::block2;
using test::block_value;
using test::core;
using test::etag_number;
using test::if_match;
using test::if_none_match;
using test::last;
using test::more;
using test::packet;
using test::request_tag;
using test::size1;
using test::system_calls;
using test::uint;

// A response, taken apart.
struct told {
    std::string code = "silence";
    std::map<unsigned, std::vector<packet>> options;
    std::string payload;

    explicit told(const packet& sent) {
        const auto message = message::view::parse(sent.view());
        if (!message) return;
        const unsigned number = static_cast<unsigned>(message->code());
        code = std::to_string(number / 32) + (number % 32 < 10 ? ".0" : ".") + std::to_string(number % 32);
        for (const message::option_view o : message->options()) options[number_of(o.number)].push_back(packet{o.value});
        payload = as_text(message->payload());
    }

    packet tag() const { return options.contains(etag_number) ? options.at(etag_number).at(0) : packet{}; }
    std::optional<std::uint32_t> number(unsigned option) const {
        if (!options.contains(option)) return std::nullopt;
        return message::to_uint(options.at(option).at(0));
    }
    bool has_more() const { return (number(block2).value_or(0) & 8) != 0; }

    // "2.05 ct=0: Hello", without the ETag.
    std::string text() const {
        std::string all = code;
        if (const auto format = number(12)) all += " ct=" + std::to_string(*format);
        if (const auto size = number(size1)) all += " size1=" + std::to_string(*size);
        if (const auto age = number(14)) all += " age=" + std::to_string(*age);
        return payload.empty() ? all : all + ": " + payload;
    }
};

std::string read_file(const fs::path& path) {
    std::ifstream from{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{from}, {}};
}
void write_file(const fs::path& path, std::string_view content) { std::ofstream{path, std::ios::binary} << content; }

// No two blocks of it are equal.
std::string body_of(std::size_t size) {
    std::string all(size, '\0');
    std::uint32_t state = 1;
    for (char& c : all) {
        state = state * 1'664'525 + 1'013'904'223;
        c = static_cast<char>(state >> 24);
    }
    return all;
}

// A user's name for a new folder, gone at the end.
struct folder {
    fs::path path;
    folder() {
        std::string name = testing::TempDir() + "mincoap-directory-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() { fs::remove_all(path); }
};

// For root, a permission that is lacking is none; somebody else is asked for while this lives.
struct unprivileged {
    unprivileged() { EXPECT_TRUE(::geteuid() != 0 || ::seteuid(65534) == 0); }
    unprivileged(const unprivileged&) = delete;
    unprivileged& operator=(const unprivileged&) = delete;
    ~unprivileged() { EXPECT_TRUE(::getuid() != 0 || ::seteuid(0) == 0); }
};

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{}));
}

std::vector<std::string> names_in(const fs::path& path) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{path}) names.push_back(entry.path().filename());
    return names;
}

// The links of a document; no name has a comma in these tests.
std::vector<std::string> links_in(std::string_view document) {
    std::vector<std::string> links;
    for (std::size_t begin = 0; begin < document.size();) {
        const std::size_t end = std::min(document.find(",<", begin), document.size());
        links.emplace_back(document.substr(begin, end - begin));
        begin = end + 1;
    }
    return links;
}

// Runs `work` in so many processes at once; returns how each ended.
template <typename Work>
std::vector<int> in_processes(int count, Work work) {
    std::vector<pid_t> running;
    for (int i = 0; i < count; ++i) {
        running.push_back(::fork());
        if (running.back() == 0) ::_exit(work(i));
    }
    std::vector<int> ended;
    for (const pid_t process : running) {
        int status = -1;
        ::waitpid(process, &status, 0);
        ended.push_back(status);
    }
    return ended;
}

class posix_directory : public testing::Test {
protected:
    static constexpr std::uint32_t capacity = 200'000;
    static inline directory files;
    static constexpr auto site = routes(below<"fs">(get_files(files), put_files(files), delete_files(files)),
                                        below<"a b/c">(get_files(files)), at<"read-only">(get_files(files)));

    void SetUp() override {
        fs::create_directory(root);
        write_file(outside, "secret");
        files = directory::open(root.c_str(), capacity).value();
    }
    void TearDown() override { files = {}; }

    told answer(const packet& datagram, const net::arrival& about = test::unicast()) {
        return told{c.answer(datagram, about, now_ms)};
    }
    std::string said(const packet& datagram, const net::arrival& about = test::unicast()) {
        return answer(datagram, about).text();
    }
    std::string get(std::string_view path) { return said(ask{code::get, path}); }
    std::string get_segments(const std::vector<std::string>& below) {
        ask request{code::get, "fs"};
        for (const std::string& segment : below) request.segment(segment);
        return said(request);
    }

    // All of it, block by block, with one ETag.
    std::string read_in_blocks(const ask& request, unsigned size_exponent) {
        std::string all;
        std::set<std::string> tags;
        for (std::uint32_t number = 0;; ++number) {
            const told part = answer(ask{request}.with(block2, block_value(number, false, size_exponent)));
            EXPECT_EQ(part.code, "2.05");
            EXPECT_EQ(part.number(block2).value_or(~0U) & ~8U, number << 4 | size_exponent);
            all += part.payload;
            tags.insert(testing::PrintToString(part.tag()));
            if (part.code != "2.05" || !part.has_more()) break;
        }
        EXPECT_EQ(tags.size(), 1U);
        return all;
    }

    static ask block(std::string_view path, std::uint32_t number, bool more_follow, std::string_view payload,
                     unsigned size_exponent = 0) {
        return ask{code::put, path}.with(block1, block_value(number, more_follow, size_exponent)).payload(payload);
    }
    std::string put_block(std::string_view path, std::uint32_t number, bool more_follow, std::string_view payload,
                          const net::arrival& about = test::unicast()) {
        return said(block(path, number, more_follow, payload), about);
    }
    std::string put(std::string_view path, std::string_view payload) {
        return said(ask{code::put, path}.payload(payload));
    }
    static net::arrival somebody_else() {
        net::arrival about = test::unicast();
        about.route.remote.port = 40001;
        return about;
    }

    packet tag_of(std::string_view path) { return answer(ask{code::get, path}).tag(); }
    std::vector<std::string> listed(std::string_view path) { return links_in(answer(ask{code::get, path}).payload); }
    std::vector<std::string> linked(std::string_view reference) {
        std::vector<std::string> all;
        files.links(reference, [&](std::string_view link) { all.emplace_back(link); });
        return all;
    }

    folder home;
    fs::path root = home.path / "tree";
    fs::path outside = home.path / "outside.txt";
    core<decltype(site)> c{site};
    std::uint32_t now_ms = 0;
    const std::string a16 = std::string(16, 'a');
    const std::string b16 = std::string(16, 'b');
};

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

// What happens to a file between the handler and the writing of its reply.
template <typename Change>
std::string get_with(directory& files, Change change) {
    const auto meddled = routes(below<"fs">(get([&](const request& r) {
        reply answer = files.get(r);
        change();
        return answer;
    })));
    return core{meddled}.said(ask{code::get, "fs/a.txt"});
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

// Bytes that were read ahead are not sent once the file is another one.
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
    write_file(root / "a.txt", other);
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

// ---- what is not there

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
        EXPECT_EQ(said(remove), "2.02") << testing::PrintToString(path) << ": what cannot be is not there";
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
    // 256 bytes are no Uri-Path (RFC 7252 §5.10, §5.4.3), so only another way in could bring them.
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

// ---- GET of a directory

TEST_F(posix_directory, lists_a_directory_in_the_link_format) {
    fs::create_directories(root / "sub/deeper");
    write_file(root / "a.txt", "Hello");
    write_file(root / "empty.json", "");
    write_file(root / "sub/b.cbor", "x");
    const told response = answer(ask{code::get, "fs"});
    EXPECT_EQ(response.code, "2.05");
    EXPECT_EQ(response.number(12), 40U);
    EXPECT_THAT(links_in(response.payload),
                UnorderedElementsAre("</fs/a.txt>;sz=5;ct=0", "</fs/empty.json>;sz=0;ct=50", "</fs/sub/>;ct=40"));
    EXPECT_EQ(get_segments({""}), get("fs")) << "an empty last segment or none";
    EXPECT_EQ(get_segments({"sub"}), get_segments({"sub", ""}));
    EXPECT_THAT(listed("fs/sub"), UnorderedElementsAre("</fs/sub/b.cbor>;sz=1;ct=60", "</fs/sub/deeper/>;ct=40"));
    EXPECT_EQ(get("fs/sub/deeper"), "2.05 ct=40") << "nothing is there";
}

TEST_F(posix_directory, lists_the_prefix_that_was_asked_for) {
    fs::create_directory(root / "sub");
    write_file(root / "sub/a.txt", "Hello");
    EXPECT_EQ(get("a b/c/sub"), "2.05 ct=40: </a%20b/c/sub/a.txt>;sz=5;ct=0");
    EXPECT_EQ(get("read-only"), "4.04") << "at() leaves the whole path to the resource";
}

TEST_F(posix_directory, lists_what_can_be_asked_for_as_it_stands_there) {
    const std::map<std::string, std::string> names{{"\xc3\xa9.txt", "%C3%A9.txt"},
                                                   {"100%25.txt", "100%2525.txt"},
                                                   {"a\nb", "a%0Ab"},
                                                   {"\"q\"", "%22q%22"},
                                                   {"a>b<c", "a%3Eb%3Cc"},
                                                   {"a b", "a%20b"},
                                                   {"a\\b", "a%5Cb"},
                                                   {"a?b#c", "a%3Fb%23c"},
                                                   {"\xff", "%FF"},
                                                   {"a;b=c,d", "a;b=c,d"},
                                                   {"~x-y_z", "~x-y_z"}};
    std::set<std::string> expected;
    for (const auto& [name, encoded] : names) {
        write_file(root / name, name);
        expected.insert("</fs/" + encoded + ">;sz=" + std::to_string(name.size()) +
                        ";ct=" + (name.ends_with(".txt") ? "0" : "42"));
        EXPECT_EQ(answer(ask(code::get, "fs").segment(name)).payload, name);
    }
    EXPECT_THAT(listed("fs"), testing::UnorderedElementsAreArray(expected));
    EXPECT_THAT(linked("/fs"), testing::UnorderedElementsAreArray(expected));
}

TEST_F(posix_directory, lists_block_by_block_in_any_size) {
    std::vector<std::string> expected;
    for (int i = 0; i < 100; ++i) {
        const std::string name = "file-" + std::to_string(i) + ".txt";
        write_file(root / name, "x");
        expected.push_back("</fs/" + name + ">;sz=1;ct=0");
    }
    const std::string whole = read_in_blocks(ask{code::get, "fs"}, 6);
    EXPECT_THAT(links_in(whole), testing::UnorderedElementsAreArray(expected));
    for (unsigned exponent = 0; exponent <= 5; ++exponent)
        EXPECT_EQ(read_in_blocks(ask(code::get, "fs").segment(""), exponent), whole) << exponent;
}

TEST_F(posix_directory, gives_another_etag_to_a_listing_that_has_changed) {
    write_file(root / "a.txt", "Hello");
    const packet tag = tag_of("fs");
    EXPECT_EQ(tag_of("fs"), tag);
    EXPECT_EQ(said(ask(code::get, "fs").with(etag_number, tag)), "2.03");
    write_file(root / "a.txt", "Hello!");
    EXPECT_EQ(said(ask(code::get, "fs").with(etag_number, tag)), "2.05 ct=40: </fs/a.txt>;sz=6;ct=0");
}

TEST_F(posix_directory, lists_a_path_that_takes_half_of_the_buffer) {
    const std::string name(250, 'd');
    fs::create_directories(root / name / name);
    write_file(root / name / name / "a.txt", "Hello");
    const ask request = ask(code::get, "fs").segment(name).segment(name);
    const std::string link = "</fs/" + name + "/" + name + "/a.txt>;sz=5;ct=0";
    EXPECT_EQ(said(request), "2.05 ct=40: " + link);
    EXPECT_EQ(read_in_blocks(request, 3), link);
}

// ---- links for discovery

TEST_F(posix_directory, tells_the_links_of_the_whole_tree) {
    fs::create_directories(root / "sub/deeper");
    write_file(root / "a.txt", "Hello");
    write_file(root / "sub/b.json", "{}");
    write_file(root / "sub/deeper/c", "");
    EXPECT_THAT(linked("/fs"), UnorderedElementsAre("</fs/a.txt>;sz=5;ct=0", "</fs/sub/b.json>;sz=2;ct=50",
                                                    "</fs/sub/deeper/c>;sz=0;ct=42"));
    EXPECT_THAT(linked(""), testing::Contains("</sub/deeper/c>;sz=0;ct=42"));
    EXPECT_THAT(linked("/x%20y/z"), testing::Contains("</x%20y/z/a.txt>;sz=5;ct=0"));
    EXPECT_THAT(linked(std::string(2000, 'x')), IsEmpty()) << "no link has room";
}

TEST_F(posix_directory, can_be_discovered) {
    fs::create_directory(root / "sub");
    write_file(root / "sub/a.txt", "Hello");
    const auto made = routes(below<"fs">(get_files(files), put_files(files)), filtered_well_known_core);
    core to_made{made};
    EXPECT_EQ(to_made.said(ask{code::get, ".well-known/core"}), "2.05 ct=40: </fs>,</fs/sub/a.txt>;sz=5;ct=0");
    EXPECT_EQ(to_made.said(ask(code::get, ".well-known/core").query("sz=5")), "2.05 ct=40: </fs/sub/a.txt>;sz=5;ct=0");
}

TEST_F(posix_directory, tells_links_up_to_a_depth_and_a_number) {
    fs::path at = root;
    for (unsigned depth = 0; depth <= directory::max_link_depth; ++depth) {
        write_file(at / "a", "");
        at /= "d";
        fs::create_directory(at);
    }
    write_file(at / "a", "");
    EXPECT_EQ(linked("/fs").size(), directory::max_link_depth + 1U) << "one in each directory, the root's included";
    for (unsigned i = 0; i < directory::max_links; ++i) write_file(root / ("f" + std::to_string(i)), "");
    EXPECT_EQ(linked("/fs").size(), directory::max_links);
}

// All that it does not serve has to be looked at, too.
void make_links(const fs::path& in, int count) {
    for (int i = 0; i < count; ++i) fs::create_symlink("none", in / ("link-" + std::to_string(i)));
}

constexpr const char* end_of_part = ";title=\"not all is listed\"";

TEST_F(posix_directory, lists_up_to_a_number_of_links_and_says_that_there_are_more) {
    fs::create_directories(root / "many");
    for (unsigned i = 0; i < directory::max_links; ++i) write_file(root / "many" / std::to_string(i), "");
    write_file(root / "many/.hidden", "");
    const std::string all = read_in_blocks(ask{code::get, "fs/many"}, 6);
    EXPECT_EQ(links_in(all).size(), directory::max_links);
    EXPECT_FALSE(all.contains("title"));

    write_file(root / "many/one more", "");
    const std::string part = read_in_blocks(ask{code::get, "fs/many"}, 6);
    EXPECT_EQ(links_in(part).size(), directory::max_links + 1);
    EXPECT_EQ(links_in(part).back(), "</fs/many/>"s + end_of_part);
}

TEST_F(posix_directory, lists_of_a_number_of_names_and_says_that_there_are_more) {
    write_file(root / "a.txt", "");
    make_links(root, directory::max_entries - 3);  // and "." and ".."
    EXPECT_THAT(links_in(read_in_blocks(ask{code::get, "fs"}, 6)), ElementsAre("</fs/a.txt>;sz=0;ct=0"));
    fs::remove(root / "a.txt");
    for (int i = 0; i < 50; ++i) write_file(root / ("first-" + std::to_string(i)), "");
    for (unsigned i = 0; i < 2 * directory::max_entries; ++i)
        fs::create_symlink("none", root / ("more-" + std::to_string(i)));
    for (int i = 0; i < 50; ++i) write_file(root / ("last-" + std::to_string(i)), "");
    const std::vector<std::string> part = links_in(read_in_blocks(ask{code::get, "fs"}, 6));
    EXPECT_LT(part.size(), 100U);
    EXPECT_EQ(part.back(), "</fs/>"s + end_of_part);
}

// A block of a listing makes the system do so much, however many files there are.
TEST_F(posix_directory, asks_the_system_for_no_more_files_than_a_listing_has) {
    for (unsigned i = 0; i < 4 * directory::max_links; ++i) write_file(root / std::to_string(i), "");
    for (const std::uint32_t number : {0U, 3U, 10U}) {
        const auto list = [&] {
            return said(ask(code::get, "fs").with(block2, block_value(number, false, 6))).starts_with("2.05");
        };
        const auto calls = system_calls::count([&] { return get("fs/none") == "4.04"; }, list);
        if (!calls) GTEST_SKIP() << "no process can be traced";
        EXPECT_TRUE(calls->succeeded());
        EXPECT_LE(calls->looks(), directory::max_links + 2) << "the directory itself is looked at, too";
        EXPECT_EQ(calls->of(SYS_openat), 1U);
        EXPECT_LE(calls->of(SYS_getdents64), 2U);
    }
}

TEST_F(posix_directory, asks_the_system_for_no_more_files_than_discovery_has) {
    for (unsigned i = 0; i < 4 * directory::max_links; ++i) write_file(root / std::to_string(i), "");
    const auto made = routes(below<"fs">(get_files(files)), filtered_well_known_core);
    core to_made{made};
    for (const std::string query : {"", "ct=*", "href=/fs/1*", "rt=none"}) {
        ask request = ask(code::get, ".well-known/core").with(block2, block_value(0, false, 6));
        if (!query.empty()) request.query(query);
        const auto calls = system_calls::count([&] { return get("fs/none") == "4.04"; },
                                               [&] { return to_made.said(request).starts_with("2.05"); });
        if (!calls) GTEST_SKIP() << "no process can be traced";
        EXPECT_TRUE(calls->succeeded());
        EXPECT_LE(calls->looks(), directory::max_links + 1) << query << ": once each";
        EXPECT_EQ(calls->of(SYS_openat), 1U) << query;
    }
}

TEST_F(posix_directory, reads_no_more_directories_for_discovery_than_it_says) {
    for (unsigned i = 0; i < 3 * directory::max_link_directories; ++i) {
        fs::create_directory(root / std::to_string(i));
        write_file(root / std::to_string(i) / "a", "");
    }
    EXPECT_EQ(linked("/fs").size(), directory::max_link_directories);
    const auto calls = system_calls::count([] { return true; }, [&] { return !linked("/fs").empty(); });
    if (!calls) GTEST_SKIP() << "no process can be traced";
    EXPECT_TRUE(calls->succeeded());
    EXPECT_EQ(calls->of(SYS_openat), directory::max_link_directories + 1U);
}

TEST_F(posix_directory, tells_a_listing_that_has_changed_between_two_blocks_by_its_etag) {
    for (int i = 0; i < 100; ++i) write_file(root / ("file-" + std::to_string(i)), "x");
    const auto part = [&](std::uint32_t number) {
        return answer(ask(code::get, "fs").with(block2, block_value(number, false, 4)));
    };
    packet before = part(0).tag();
    EXPECT_EQ(part(1).tag(), before);
    const auto has_changed = [&] {
        const packet now = part(1).tag();
        return std::exchange(before, now) != now;
    };
    write_file(root / "file-77", "longer");
    EXPECT_TRUE(has_changed()) << "a size";
    write_file(root / "new", "");
    EXPECT_TRUE(has_changed()) << "one more";
    fs::rename(root / "file-3", root / "file-300");
    EXPECT_TRUE(has_changed()) << "a name";
    fs::remove(root / "file-99");
    EXPECT_TRUE(has_changed()) << "one less";
    EXPECT_FALSE(has_changed());
}

TEST_F(posix_directory, ends_its_walk_through_the_tree_after_a_number_of_names) {
    for (const char* name : {"a", "b", "c"}) {
        fs::create_directory(root / name);
        write_file(root / name / "file", "");
        make_links(root / name, directory::max_entries * 3 / 4);
    }
    EXPECT_LT(linked("/fs").size(), 3U) << "in one of them, nothing has been looked at";
}

TEST_F(posix_directory, never_lists_a_directory_as_empty_that_it_cannot_read) {
    write_file(root / "a.txt", "x");
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{.rlim_cur = 256, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    const auto short_of_descriptors = [&](int spared) {
        std::vector<int> used;
        for (int next = ::dup(0); next >= 0; next = ::dup(0)) used.push_back(next);
        for (int i = 0; i < spared; ++i) ::close(used[used.size() - 1 - static_cast<std::size_t>(i)]);
        const std::string listing = get("fs");
        for (const int descriptor : used) ::close(descriptor);
        return listing;
    };
    EXPECT_EQ(get("fs"), "2.05 ct=40: </fs/a.txt>;sz=1;ct=0") << "UBSan needs descriptors when it sees a type first";
    EXPECT_EQ(short_of_descriptors(0), "5.03");
    EXPECT_EQ(short_of_descriptors(1), "2.05 ct=40: </fs/a.txt>;sz=1;ct=0");
    ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(posix_directory, leaves_out_links_that_are_too_long) {
    fs::path at = root;
    for (int i = 0; i < 5; ++i) {
        at /= std::string(250, 'd');
        fs::create_directory(at);
        write_file(at / "a", "");
    }
    write_file(root / "z", "");
    EXPECT_EQ(linked("/fs").size(), 5U) << "four of 250 characters a segment, and the one in front";
}

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

// RFC 7252 §4.5: the answer was lost, and nothing is deduplicated.
TEST_F(posix_directory, takes_a_block_again) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put_block("fs/a.txt", 1, more, b16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, b16), "4.08") << "now it is to be the last one";
    for (int i = 0; i < 2; ++i) EXPECT_EQ(put_block("fs/a.txt", 2, last, "c"), "2.01");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "d"), "4.08") << "another block, and it is complete";
    EXPECT_EQ(put_block("fs/a.txt", 2, more, "c" + std::string(15, 'c')), "4.08");
    EXPECT_EQ(read_file(root / "a.txt"), a16 + b16 + "c");
}

TEST_F(posix_directory, writes_a_last_block_once) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01");
    fs::remove(root / "a.txt");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01") << "as it was answered";
    EXPECT_THAT(names_in(root), IsEmpty());
}

// RFC 7959 §2.9.2
TEST_F(posix_directory, answers_a_gap_with_4_08) {
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "4.08") << "there is no beginning";
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "c"), "4.08");
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "2.01") << "what is missing may still come";
    EXPECT_EQ(read_file(root / "a.txt"), a16 + "b");
}

TEST_F(posix_directory, begins_anew_at_0) {
    EXPECT_EQ(put_block("fs/a.txt", 0, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 1, more, a16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 0, more, b16), "2.31");
    EXPECT_EQ(put_block("fs/a.txt", 2, last, "x"), "4.08") << "of the first one nothing is left";
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
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b", somebody_else()), "4.08") << "not even of one that is complete";
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
    EXPECT_EQ(put_block("fs/a.txt", 1, more, a16), "2.31") << "it lives";
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
    EXPECT_EQ(put_block("fs/a.txt", 1, last, "b"), "4.08") << "none is another one";
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
    EXPECT_THAT(names_in(home.path / "moved"), IsEmpty()) << "its part is found where it is";
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
    EXPECT_EQ(said(ask(code::put, "fs/a").format(60).payload("x")), "2.01") << "the name tells none";
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

// On a file system of its own, with so little room.
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
    EXPECT_EQ(mode_of(root / "a.txt"), 0604U) << "what they are at the end counts";
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

// acl(5), as the kernel has it: a version, and entries of a tag, permissions and an id.
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
    // user::rw-, user:12345:r--, group::---, mask::r--, other::---: stat() says 0640.
    const std::string list =
        list_of({{1, 6, nobodys_id}, {2, 4, 12345}, {4, 0, nobodys_id}, {0x10, 4, nobodys_id}, {0x20, 0, nobodys_id}});
    write_file(root / "a.txt", "old");
    if (::setxattr((root / "a.txt").c_str(), name, list.data(), list.size(), 0) != 0) GTEST_SKIP() << "no such lists";
    EXPECT_EQ(put("fs/a.txt", "new"), "2.04");
    std::array<char, 100> now{};
    const ssize_t size = ::getxattr((root / "a.txt").c_str(), name, now.data(), now.size());
    EXPECT_EQ((std::string{now.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))}), list);

    // By default, what is made in the directory lets user 12345 read and write.
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

// One process takes a part for abandoned while another one has made it and not locked it, and its number is given away.
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

// In memory, where fsync costs nothing, if there is such a place.
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
}  // namespace mincoap::posix
