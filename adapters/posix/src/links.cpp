#include "links.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include <dirent.h>

#include <mincoap/resource/discovery/link_writer.hpp>

#include "entry.hpp"

namespace mincoap::posix {
namespace {

using namespace detail;

struct closes_stream {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

using entry_stream = std::unique_ptr<DIR, closes_stream>;

entry_stream open_stream(descriptor of) {
    entry_stream stream{of.is_open() ? ::fdopendir(of.number()) : nullptr};
    if (stream) of.release();
    return stream;
}

// Decides by the name, and by the type in the directory entry.
bool may_be_served(const dirent& entry) {
    const auto type = entry.d_type;
    return (type == DT_REG || type == DT_DIR || type == DT_UNKNOWN) && is_name(entry.d_name);
}

// Reads the type and, for a file, the size. The file system is asked only if the directory entry
// does not tell. Returns false if the entry must not be served.
bool look_at_entry(int of, const dirent& entry, file_status& about) {
    about.st_mode = S_IFDIR;
    return entry.d_type == DT_DIR || (look_at(of, entry.d_name, about) && is_served(about));
}

// The work that one request may still cause.
struct allowance {
    unsigned names = directory::max_entries;
    unsigned links = directory::max_links;
    unsigned directories = directory::max_link_directories;
};

enum class seen { all, a_part, nothing };

// Calls `each(name, status)` for each served file and directory in a directory. The status of a
// directory has its type only. If the result is `seen::nothing`, `errno` tells the cause.
seen for_each_entry(DIR* stream, allowance& left, auto&& each) {
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(stream);
        if (entry == nullptr) return errno == 0 ? seen::all : seen::nothing;
        if (left.names == 0) return seen::a_part;
        --left.names;
        if (!may_be_served(*entry)) continue;
        if (left.links == 0) return seen::a_part;
        file_status about;
        if (look_at_entry(::dirfd(stream), *entry, about)) each(entry->d_name, about);
    }
}

void append_name(std::string& link, std::string_view name) {
    if (std::ranges::all_of(name, is_segment_character)) link += name;  // most names
    else append_percent_encoded(link, name, is_segment_character);
}

void append_number(std::string& link, std::string_view attribute, std::uint64_t number) {
    link += attribute;
    link += std::to_string(number);
}

// "a.txt>;sz=5;ct=0" (RFC 6690 §3.3, RFC 7252 §7.2.1).
void append_file(std::string& link, std::string_view name, const file_status& about) {
    append_name(link, name);
    append_number(link, ">;sz=", static_cast<std::uint64_t>(about.st_size));
    append_number(link, ";ct=", static_cast<std::uint64_t>(format_of(name)));
}

// Writes the links of a listing, one after the other in the same memory.
class listing {
public:
    listing(std::string_view path, body_writer& to) : to_(to), link_("<") {
        link_ += path;
        begin_ = link_.size();
    }

    void put(std::string_view name, const file_status& about) {
        if (is_file(about)) append_file(link_, name, about);
        else append_name(link_, name), link_ += "/>;ct=40";
        put_link();
    }
    void put_end_of_part() {
        link_ += ">;title=\"not all is listed\"";
        put_link();
    }

private:
    void put_link() {
        if (to_.size() != 0) to_.put(std::string_view{","});
        to_.put(std::string_view{link_});
        link_.resize(begin_);
    }

    body_writer& to_;
    std::string link_;
    std::size_t begin_ = 0;
};

// Collects the links of a whole tree, a line per link.
class link_walk {
public:
    void visit(descriptor of, unsigned depth) {
        const entry_stream stream = open_stream(std::move(of));
        if (!stream) return;
        for_each_entry(stream.get(), left_, [&](const char* name, const file_status& about) {
            const std::size_t before = link_.size();
            if (is_file(about)) add(name, about);
            else if (depth != 0) enter(::dirfd(stream.get()), name, depth - 1);
            link_.resize(before);
        });
    }
    std::string result() { return std::move(all_); }

private:
    bool fits() const { return link_.size() <= directory::max_link_size; }

    void add(std::string_view name, const file_status& about) {
        --left_.links;
        append_file(link_, name, about);
        if (fits()) (all_ += link_) += '\n';
    }

    void enter(int of, const char* name, unsigned depth) {
        append_name(link_, name);
        link_ += '/';
        if (!fits() || left_.directories == 0) return;
        --left_.directories;
        visit(descriptor{::openat(of, name, read_directory)}, depth);
    }

    allowance left_;
    std::string link_;
    std::string all_;
};

}  // namespace

// The links have the whole path, which means the same whatever a relative reference is resolved
// against (RFC 6690 §2.1).
std::string detail::path_of(const request& r) {
    std::string path = "/";
    for (const message::option_view option : r.message.options()) {
        if (option.number != mincoap::option::uri_path || option.value.empty()) continue;
        append_name(path, option.text());
        path += '/';
    }
    return path;
}

code detail::write_links(const place& of, std::string_view path, body_writer& to) {
    const entry_stream stream = open_stream(descriptor{::openat(of.parent, entry_of(of), read_directory)});
    if (!stream) return code_of(errno);
    allowance left;
    listing links{path, to};
    const seen what = for_each_entry(stream.get(), left, [&](std::string_view name, const file_status& about) {
        links.put(name, about);
        --left.links;
    });
    if (what == seen::a_part) links.put_end_of_part();
    return code_of_call(what != seen::nothing);
}

std::string directory::find_links() const {
    link_walk walk;
    walk.visit(descriptor{::openat(root_.number(), ".", detail::read_directory)}, max_link_depth);
    return walk.result();
}

}  // namespace mincoap::posix
