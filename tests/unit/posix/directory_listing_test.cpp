// Directories in the link format, and the links of the tree for resource discovery.
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "../../support/system_calls.hpp"
#include "directory_fixture.hpp"

namespace mincoap::posix::directory_tests {
namespace {

using test::system_calls;

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

// Symbolic links are not served, but the server examines them, too.
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
    make_links(root, directory::max_entries - 3);  // plus "." and ".."
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

// The number of system calls per block of a listing is limited, however many files there are.
TEST_F(posix_directory, asks_the_system_for_no_more_files_than_a_listing_has) {
    for (unsigned i = 0; i < 4 * directory::max_links; ++i) write_file(root / std::to_string(i), "");
    for (const std::uint32_t number : {0U, 3U, 10U}) {
        const auto list = [&] {
            return said(ask(code::get, "fs").with(block2, block_value(number, false, 6))).starts_with("2.05");
        };
        const auto calls = system_calls::count([&] { return get("fs/none") == "4.04"; }, list);
        if (!calls) GTEST_SKIP() << "no process can be traced";
        EXPECT_TRUE(calls->succeeded());
        EXPECT_LE(calls->looks(), directory::max_links + 2) << "the directory itself counts, too";
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

}  // namespace
}  // namespace mincoap::posix::directory_tests
