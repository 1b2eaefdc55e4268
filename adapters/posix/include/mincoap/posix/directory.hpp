// A directory tree of Linux as resources: its files are read and, if that is named too, written and deleted.
//
//   static mincoap::posix::directory files;
//   constexpr auto site = routes(below<"fs">(get_files(files), put_files(files), delete_files(files)));
//
//   auto opened = mincoap::posix::directory::open("/srv/www");
//   if (!opened) return complain(opened.error().message());
//   files = std::move(*opened);
//
// What belongs to the tree: regular files and directories whose names do not begin with a dot, and what is mounted
// below. Nothing else is there for a client (4.04): no hidden file, no symbolic link wherever it leads, no FIFO, socket
// or device, which is not even opened. A name that is "..", that holds a slash or NUL, and an empty one but for the
// last one, is refused before the system sees it; every other one is opened by itself in the directory before it, so
// that nothing that is moved or linked meanwhile leads out of the tree. What the process may not do is 4.03.
//
//   GET      A file in blocks, with an ETag of its device, inode, size and time of change; Content-Format by the name's
//            extension. For a client that asks for one block after another, 32 KiB are read ahead into memory. No file
//            stays open, and a block is sent from there only while the file is the same and unchanged. Files beyond
//            1 GiB, which blocks cannot tell, are 5.01.
//            A directory, with an empty last segment or without, lists what stands in it in the link format (RFC 6690),
//            in the order of the file system. It is read anew for each block, and its ETag is that of all links: a
//            client notices what changes between two blocks (RFC 7959 §2.4). A listing ends after `max_links` links,
//            or `max_entries` names, with a link to the directory itself whose title says that not all is listed.
//   PUT      A whole file, or block by block (RFC 7959 §2.5): 2.01 or 2.04. It stands beside its place, hidden, until
//            the last block has come; then it goes to the disk, for which the call waits, and to its place at once. So
//            nobody ever sees a part. Directories are not made (4.04); what is there and no file stays (4.03). A
//            Content-Format other than the name's is 4.15, unless the name tells none. If-Match and If-None-Match are
//            held against the file with the first block, and with the last one again: what changed meanwhile is 4.12.
//            The new file keeps the mode and the access control list of the one that it replaces, without set-user-ID
//            and set-group-ID, and its owner and group as far as the process may give it to them. As for DELETE, it
//            takes the permission to write to the directory, not to the file. Bodies larger than the capacity, than
//            RLIMIT_FSIZE or than what is left on the disk or of a quota are 4.13.
//   DELETE   2.02, also if there is nothing; 4.03 for what is no file. If-Match and If-None-Match are held.
//
// One upload in blocks is under way at a time. The first block of another client, or of the same one with another
// Request-Tag (RFC 9175), gets 5.03 with Max-Age until the upload has ended or has been silent for
// `upload_owner::patience_ms`. The first block of a new upload by the same client ends the old one, whose next block is
// 4.08. Blocks belong to an upload by endpoint, Request-Tag, directory and name, so they never mix; a block that comes
// again since its answer was lost is answered again. A body in one request is no such upload, and disturbs none. An
// error ends an upload, and its part goes.
//
// Several processes may write to a tree, up to ten into one directory at once (else 5.03). The last one to finish wins;
// between check and change, conditions are not proof against another one. Parts that killed processes left go when the
// next upload into their directory begins. The processes tell each other's parts by flock(2): where a file system does
// not show the locks of another machine, the processes of one machine only may write.
#pragma once

#include <array>
#include <concepts>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include <mincoap/resource/blockwise/upload.hpp>
#include <mincoap/resource/blockwise/upload_owner.hpp>
#include <mincoap/resource/discovery/link_writer.hpp>

namespace mincoap::posix {
namespace detail {

// A file descriptor that closes itself.
class descriptor {
public:
    constexpr descriptor() = default;
    constexpr explicit descriptor(int number) : number_(number) {}
    constexpr descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    constexpr bool is_open() const { return number_ >= 0; }
    constexpr int number() const { return number_; }
    constexpr void release() { number_ = -1; }  // somebody else closes it

private:
    int number_ = -1;
};

// A name in a directory of the tree; none stands for the directory itself.
struct place {
    int parent = -1;
    descriptor owned;              // the parent, unless it is the root, which belongs to the tree
    std::array<char, 256> name{};  // with the NUL behind it
};

// The file that a reply sends a part of. It is open from `begin` to `read`. If a client asks for one block after
// another, the next ones are read ahead, and come from memory while a look at the file finds that it is the same and
// unchanged. The first block of a file is always read anew.
class served_file {
public:
    // Makes a part ready. `look` is that of `look_at_served`, and that of the open file afterwards.
    code begin(const place& at, struct ::stat& look, std::uint32_t offset, std::uint32_t size);
    bool read(std::uint32_t offset, mutable_bytes to);
    void end() { file_ = {}; }

private:
    static constexpr std::uint32_t capacity = 32 * 1024;
    static constexpr std::uint32_t longest_step = 1024;

    bool is_unchanged(const struct ::stat& look) const;
    bool has(std::uint32_t offset, std::uint32_t size) const;
    void read_ahead(std::uint32_t offset);

    descriptor file_;
    struct ::stat look_{};     // at the file of the bytes
    std::uint32_t begin_ = 0;  // of the bytes in the file
    std::uint32_t end_ = 0;
    std::unique_ptr<byte[]> ahead_;
};

// A file beside its place, which no client is shown. It is gone unless it is put in place. A lock tells it from one
// that was left by a process that is no more. Names are used again: only the process that has locked what stands at the
// name of a part, and has looked since whether it stands there still, renames or removes it.
class part_file {
public:
    constexpr part_file() = default;
    part_file(part_file&&) noexcept = default;
    part_file& operator=(part_file&& other) noexcept;
    ~part_file() { discard(); }

    // Each returns what went wrong, or `code::empty`. A part that takes the place of a file is kept from all others
    // until it has its permissions.
    code open(place target, bool replaces_file);
    code append(bytes data);
    code take_rights_of_target();
    code put_in_place();
    void discard();

    constexpr bool is_open() const { return file_.is_open(); }
    constexpr const place& target() const { return target_; }

private:
    using part_name = std::array<char, sizeof ".mincoap-part-0">;
    part_name name() const;
    code create(bool replaces_file);
    bool is_at_its_name() const;

    place target_;
    descriptor file_;
    char number_ = '0';  // parts in the same directory differ in it
};

// A body on its way into a file.
class upload {
public:
    code begin(place target, const request& r);
    code take(const request& r, const block& part);
    bool is_of(const place& target, const request& r) const;

    // Of another upload, which begins with this block: in how many seconds it should; 0 if it can.
    std::uint32_t seconds_to_wait(const request& r) { return owner_.seconds_to_wait(r); }

private:
    code store(const request& r, bool more);
    code finish(const request& r);

    part_file part_;
    upload_owner owner_;
    std::uint32_t size_ = 0;         // so far, in bytes
    std::uint32_t last_offset_ = 0;  // of the block that came last
    etag last_;                      // what stood in it
    code answer_ = code::empty;      // what it was answered with
    std::optional<etag> original_;   // what was in its place when it began
    bool conditional_ = false;
};

}  // namespace detail

// Not safe to use from two threads at once. It outlives the site, and stays where it is: the site points to it. Before
// one is opened, and once it was moved from, all requests are answered with 5.03.
class directory {
public:
    static constexpr std::uint32_t default_capacity = 1 << 20;

    // The most that a request for a listing or for links() costs: links in it, for each of which the file system is
    // asked, and names that are read from directories, including hidden ones and others that are not served. Where a
    // file system does not tell types with names, it is asked for each name.
    static constexpr unsigned max_links = 500;
    static constexpr unsigned max_entries = 1000;

    // In links(): directories that are read besides the tree's own, and of these above a file; characters in a link.
    static constexpr unsigned max_link_directories = 64;
    static constexpr unsigned max_link_depth = 8;
    static constexpr std::size_t max_link_size = 1024;

    constexpr directory() = default;

    // The tree at that path, which itself may lead by symbolic links, and stays the same wherever it is moved. Larger
    // uploads than `capacity` bytes are 4.13.
    //   no_such_file_or_directory, not_a_directory, permission_denied, too_many_files_open and what else open(2) has
    static std::expected<directory, std::error_code> open(const char* path, std::uint32_t capacity = default_capacity);

    // What the resources below do, for a handler that asks first who may do it. The path is that in
    // `request::segments`. A reply is written before the next call: it reads the file that is open here until then.
    reply get(const request& r);
    reply put(const request& r);
    reply delete_(const request& r);

    // In bytes: what open() was told, or RLIMIT_FSIZE if that is less, beyond which a write ends the process.
    std::uint32_t capacity() const;

    // For discovery, see link_writer: calls `each("</fs/sub/a.txt>;sz=5;ct=0")` for every file of the tree, in no
    // order. It is given how the references begin, as link_writer::reference() has it: "/fs" below<"fs">, and nothing
    // at the root. What goes beyond the limits above is left out. It reads the whole tree, for which the call waits.
    template <std::invocable<std::string_view> Each>
    void links(std::string_view reference, Each&& each) const {
        tell(find_links(), reference, each);
    }

    void links(link_writer& to) const {
        links(to.reference(), [&to](std::string_view link) { to.put(link); });
    }

private:
    directory(detail::descriptor root, std::uint32_t capacity) : root_(std::move(root)), capacity_(capacity) {}

    code find(const request& r, detail::place& to) const;
    reply read(const request& r, const detail::place& at, struct ::stat& look);
    reply list(const request& r, const detail::place& at);
    code take(const request& r, detail::place target, const block& part);
    std::string find_links() const;
    static void tell(std::string_view links, std::string_view reference, auto&& each);

    detail::descriptor root_;
    detail::served_file served_;  // the file that the current reply reads; closed after that
    std::uint32_t capacity_ = 0;
    detail::upload upload_;
};

// A line feed in a name is percent-encoded.
void directory::tell(std::string_view links, std::string_view reference, auto&& each) {
    std::string link = "<";
    (link += reference) += '/';
    const std::size_t begin = link.size();
    while (!links.empty()) {
        const std::size_t end = links.find('\n');
        if (begin + end <= max_link_size) each(std::string_view{link.append(links.substr(0, end))});
        link.resize(begin);
        links.remove_prefix(end + 1);
    }
}

namespace detail {

struct get_file : method<code::get> {
    static constexpr option_set accepted_options = set_of(option::block2);
    static reply serve(const auto& self, const request& r) { return self.target->get(r); }
};
struct put_file : method<code::put> {
    static constexpr option_set accepted_options = set_of(option::block1) | conditional_options;
    static reply serve(const auto& self, const request& r) { return self.target->put(r); }
};
struct delete_file : method<code::delete_> {
    static constexpr option_set accepted_options = conditional_options;
    static reply serve(const auto& self, const request& r) { return self.target->delete_(r); }
};

}  // namespace detail

template <typename Method>
struct directory_resource : linkable<directory_resource<Method>> {
    directory* target;

    constexpr explicit directory_resource(directory& d) : target(&d) {}

    // Every file is in filtered_well_known_core, for which the tree is read once a request.
    void links(link_writer& to) const
        requires std::same_as<Method, detail::get_file>
    {
        target->links(to);
    }

    using methods = method_list<Method>;
};

constexpr auto get_files(directory& d) { return directory_resource<detail::get_file>{d}; }
constexpr auto put_files(directory& d) { return directory_resource<detail::put_file>{d}; }
constexpr auto delete_files(directory& d) { return directory_resource<detail::delete_file>{d}; }

}  // namespace mincoap::posix
