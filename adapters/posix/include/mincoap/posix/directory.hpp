// A directory tree of Linux as resources. Clients read its files and, if you name the other two
// resources as well, write and delete them.
//
//   static mincoap::posix::directory files;
//   constexpr auto site =
//       routes(below<"fs">(get_files(files), put_files(files), delete_files(files)));
//
//   auto opened = mincoap::posix::directory::open("/srv/www");
//   if (!opened) return complain(opened.error().message());
//   files = std::move(*opened);
//
// The tree
//
//   It has the regular files and directories whose names do not begin with a dot, including those
//   of mounted file systems. Anything else is answered with 4.04 and never opened: hidden files,
//   symbolic links wherever they lead, FIFOs, sockets and devices.
//
//   A path segment is refused before the system sees it if it is "..", if it holds a slash or NUL,
//   or if it is empty and not the last one. Each other segment is opened by itself in the directory
//   before it. So no file that is moved or linked meanwhile leads out of the tree. An access that
//   the process has no permission for is answered with 4.03.
//
// GET of a file
//
//   The file is sent in blocks. The extension of its name tells the Content-Format. Its ETag is
//   made of the device, the inode, the size and the time of change. A file larger than 1 GiB, the
//   limit of block numbers, is answered with 5.01.
//
//   No file stays open. When a client asks for one block after another, 32 KiB are read ahead into
//   memory, and blocks are sent from there as long as the file is the same and unchanged.
//
// GET of a directory, with or without an empty last segment
//
//   The files and directories in it are listed in the link format (RFC 6690), in the order of the
//   file system. The directory is read once per block. The ETag is a hash of all links: a client
//   notices a change between two blocks (RFC 7959 §2.4). After `max_links` links or `max_entries`
//   names, the listing ends with a link to the directory itself, whose title says that not all is
//   listed.
//
// PUT of a file, whole or block by block (RFC 7959 §2.5)
//
//   The answer is 2.01 or 2.04. Until the last block has arrived, the body is in a hidden file
//   beside its target. Then the call waits until the body is on the disk, and renames the file. So
//   no client ever sees a part of a body.
//
//   These requests are refused: into a directory that does not exist (4.04), onto a target that is
//   no file (4.03), with another Content-Format than that of the name's extension, if the extension
//   is known (4.15), and with a body larger than `capacity()` or than the rest of the disk or of a
//   quota (4.13). If-Match and If-None-Match are checked with the first block, and again with the
//   last one. If the file changed in between, the answer is 4.12.
//
//   A file that replaces another one keeps its mode and access control list, without set-user-ID
//   and set-group-ID, and its owner and group as far as the process may set them. As for DELETE,
//   the process needs the permission to write to the directory, not to the file.
//
// DELETE of a file
//
//   The answer is 2.02, also if there is no such file, and 4.03 for anything but a file. If-Match
//   and If-None-Match are checked.
//
// Two uploads at once
//
//   One upload in blocks is under way at a time. It is identified by its endpoint, Request-Tag (RFC
//   9175), directory and name, so blocks of two uploads never mix. The first block of another
//   client, or of another Request-Tag, gets 5.03 with Max-Age until the upload ends or has been
//   silent for `upload_owner::patience_ms`. If the same client begins a new upload, the old one
//   ends, and its next block gets 4.08. A block that arrives again because its answer was lost gets
//   the same answer. A body in a single request is no such upload and disturbs none. An error ends
//   an upload and removes its part.
//
// Several processes
//
//   Several processes may write to a tree, up to ten into one directory at once; any more get 5.03.
//   The last one to finish wins. Another process can still change a file between the check of a
//   condition and the renaming. The next upload into a directory removes the parts that killed
//   processes left there. The processes recognise each other's parts by flock(2): if a file system
//   does not show the locks of other machines, only processes of one machine may write to it.
#pragma once

#include <concepts>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <mincoap/posix/directory_files.hpp>
#include <mincoap/resource/discovery/link_writer.hpp>

namespace mincoap::posix {

// The tree, for the resources below. It must outlive the site, which points to it, and must not be
// used by two threads at once. Before a tree is opened, and after it was moved from, all requests
// are answered with 5.03.
class directory {
public:
    static constexpr std::uint32_t default_capacity = 1 << 20;

    // The limits of the work for one listing, or for one call of links(): the links in it, for each
    // of which the file system is asked, and the names that are read from directories, whether they
    // are served or not. If a file system does not tell types with names, it is asked for each
    // name.
    static constexpr unsigned max_links = 500;
    static constexpr unsigned max_entries = 1000;

    // The limits of links(): directories that are read below the root, levels of directories above
    // a file, and characters in a link.
    static constexpr unsigned max_link_directories = 64;
    static constexpr unsigned max_link_depth = 8;
    static constexpr std::size_t max_link_size = 1024;

    constexpr directory() = default;

    // Opens the tree at that path, in which symbolic links are followed. The tree remains the same
    // if its directory is moved. An upload of more than `capacity` bytes is answered with 4.13.
    // Returns an error of open(2), such as no_such_file_or_directory, not_a_directory,
    // permission_denied or too_many_files_open.
    [[nodiscard]] static std::expected<directory, std::error_code> open(const char* path,
                                                                        std::uint32_t capacity = default_capacity);

    // Answer as the resources below do, for a handler of your own that checks permissions first.
    // The path is that of `request::segments`. The server must write a reply before the next call,
    // because the reply reads the file that is open here.
    [[nodiscard]] reply get(const request& r);
    [[nodiscard]] reply put(const request& r);
    [[nodiscard]] reply delete_(const request& r);

    // The size of the largest upload, in bytes: that of open(), or RLIMIT_FSIZE if it is less,
    // because a larger file ends the process.
    [[nodiscard]] std::uint32_t capacity() const;

    // For discovery: calls `each("</fs/sub/a.txt>;sz=5;ct=0")` for every file of the tree, in any
    // order. `reference` is the path of the tree in the site, as link_writer::reference() returns
    // it: "/fs" for below<"fs">, and empty for the root. Files beyond the limits above are left
    // out. The call reads the whole tree, and waits for that.
    template <std::invocable<std::string_view> Each>
    void links(std::string_view reference, Each&& each) const {
        for_each_link(find_links(), reference, each);
    }

    void links(link_writer& to) const {
        links(to.reference(), [&to](std::string_view link) { to.put(link); });
    }

private:
    directory(detail::descriptor root, std::uint32_t capacity) : root_(std::move(root)), capacity_(capacity) {}

    code find(const request& r, detail::place& to) const;
    reply read(const request& r, const detail::place& at, struct ::stat& look);
    reply list(const request& r, const detail::place& at);
    code write(const request& r, detail::place target, const block& part);
    std::string find_links() const;
    static void for_each_link(std::string_view links, std::string_view reference, auto&& each);

    detail::descriptor root_;
    detail::served_file served_;  // the file that the current reply reads; closed after that
    std::uint32_t capacity_ = 0;
    detail::upload upload_;
};

// `links` has a line per link. A name cannot hold a line feed, because that is percent-encoded.
void directory::for_each_link(std::string_view links, std::string_view reference, auto&& each) {
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

template <typename T>
concept no_directory = !std::same_as<T, directory&>;
template <no_directory Other>
consteval auto refuse_directory() {
    static_assert(!no_directory<Other>,
                  "mincoap: pass a variable of the type mincoap::posix::directory that outlives the site: "
                  "directory::open(path) returns the tree to move into it");
    return document("");
}

}  // namespace detail

template <typename Method>
struct directory_resource {
    directory* target;

    constexpr explicit directory_resource(directory& d) : target(&d) {}

    // Lists every file in filtered_well_known_core. The tree is read once per request.
    void links(link_writer& to) const
        requires std::same_as<Method, detail::get_file>
    {
        target->links(to);
    }

    using methods = method_list<Method>;
};

// GET, PUT and DELETE of the files of a tree, for below<"path">(...). The tree must outlive the
// site.
constexpr auto get_files(directory& d) { return directory_resource<detail::get_file>{d}; }
constexpr auto put_files(directory& d) { return directory_resource<detail::put_file>{d}; }
constexpr auto delete_files(directory& d) { return directory_resource<detail::delete_file>{d}; }

// Any other argument stops the compilation, with a sentence.
template <detail::no_directory Other>
constexpr auto get_files(Other&&) {
    return detail::refuse_directory<Other>();
}
template <detail::no_directory Other>
constexpr auto put_files(Other&&) {
    return detail::refuse_directory<Other>();
}
template <detail::no_directory Other>
constexpr auto delete_files(Other&&) {
    return detail::refuse_directory<Other>();
}

}  // namespace mincoap::posix
