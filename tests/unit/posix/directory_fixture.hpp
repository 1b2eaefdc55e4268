// The fixture of the `posix::directory` tests: a tree in a new folder, served at several paths, and a client.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mincoap/posix/directory.hpp>

#include "../../support/exchange.hpp"
#include "../../support/options.hpp"

namespace mincoap::posix::directory_tests {

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
using test::uint;

// A decoded response.
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

    // Returns a text such as "2.05 ct=0: Hello", without the ETag.
    std::string text() const {
        std::string all = code;
        if (const auto format = number(12)) all += " ct=" + std::to_string(*format);
        if (const auto size = number(size1)) all += " size1=" + std::to_string(*size);
        if (const auto age = number(14)) all += " age=" + std::to_string(*age);
        return payload.empty() ? all : all + ": " + payload;
    }
};

inline std::string read_file(const fs::path& path) {
    std::ifstream from{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{from}, {}};
}
inline void write_file(const fs::path& path, std::string_view content) {
    std::ofstream{path, std::ios::binary} << content;
}

// Returns a body in which all blocks differ.
inline std::string body_of(std::size_t size) {
    std::string all(size, '\0');
    std::uint32_t state = 1;
    for (char& c : all) {
        state = state * 1'664'525 + 1'013'904'223;
        c = static_cast<char>(state >> 24);
    }
    return all;
}

// A new temporary folder, removed by the destructor.
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

// Runs as an unprivileged user during its lifetime, because permissions do not restrict root.
struct unprivileged {
    unprivileged() { EXPECT_TRUE(::geteuid() != 0 || ::seteuid(65534) == 0); }
    unprivileged(const unprivileged&) = delete;
    unprivileged& operator=(const unprivileged&) = delete;
    ~unprivileged() { EXPECT_TRUE(::getuid() != 0 || ::seteuid(0) == 0); }
};

inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{}));
}

inline std::vector<std::string> names_in(const fs::path& path) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{path}) names.push_back(entry.path().filename());
    return names;
}

// Splits a document into its links. No name contains a comma in these tests.
inline std::vector<std::string> links_in(std::string_view document) {
    std::vector<std::string> links;
    for (std::size_t begin = 0; begin < document.size();) {
        const std::size_t end = std::min(document.find(",<", begin), document.size());
        links.emplace_back(document.substr(begin, end - begin));
        begin = end + 1;
    }
    return links;
}

// Runs `work` in `count` processes at once. Returns the exit status of each.
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

// Changes a file between the handler and the rendering of its reply.
template <typename Change>
std::string get_with(directory& files, Change change) {
    const auto meddled = routes(below<"fs">(get([&](const request& r) {
        reply answer = files.get(r);
        change();
        return answer;
    })));
    return core{meddled}.said(ask{code::get, "fs/a.txt"});
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

    // Reads the whole body block by block, and checks that all blocks have one ETag.
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

}  // namespace mincoap::posix::directory_tests
