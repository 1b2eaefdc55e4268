#include "links.hpp"

#include <cerrno>
#include <memory>

#include <dirent.h>

#include <mincoap/resource/decimal.hpp>
#include <mincoap/resource/link_writer.hpp>

#include "entry.hpp"

namespace mincoap::posix {
namespace {

using namespace detail;
using mincoap::detail::put_percent_encoded;

struct closes_stream {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

using entry_stream = std::unique_ptr<DIR, closes_stream>;

entry_stream open_stream(descriptor of) {
    entry_stream stream{of.is_open() ? ::fdopendir(of.number()) : nullptr};
    if (stream) of.release();
    return stream;
}

// Whether the name is that of something served. What a directory tells by itself is not asked for: of files, the size
// is still to be known.
bool look_at_entry(int of, const dirent& entry, file_status& about) {
    if (!is_name(entry.d_name)) return false;
    about.st_mode = S_IFDIR;
    if (entry.d_type == DT_DIR) return true;
    if (entry.d_type != DT_REG && entry.d_type != DT_UNKNOWN) return false;
    return look_at(of, entry.d_name, about) && is_served(about);
}

// How much of directories is still read for one request.
struct allowance {
    unsigned names = directory::max_entries;
    unsigned links = directory::max_links;
};

// Calls `each(name, status)` for what is served in a directory, of whose status only files have all. False if it cannot
// be read; why, `errno` says.
bool for_each_entry(DIR* stream, allowance& left, auto&& each) {
    while (left.links != 0 && left.names != 0) {
        errno = 0;
        const dirent* const entry = ::readdir(stream);
        if (entry == nullptr) return errno == 0;
        --left.names;
        file_status about;
        if (look_at_entry(::dirfd(stream), *entry, about)) each(entry->d_name, about);
    }
    return true;
}

void put_number(body_writer& to, std::string_view attribute, std::uint64_t number) {
    to.put(attribute);
    to.put(mincoap::detail::decimal{number}.view());
}

// What stands behind the name of a file: ">;sz=5;ct=0" (RFC 6690 §3.3, RFC 7252 §7.2.1).
void end_file_link(body_writer& to, std::string_view name, const file_status& about) {
    put_number(to, ">;sz=", static_cast<std::uint64_t>(about.st_size));
    put_number(to, ";ct=", static_cast<std::uint64_t>(format_of(name)));
}

// The segments, each encoded and with a slash behind. A link has the whole path, which means the same whatever a
// relative reference is resolved against (RFC 6690 §2.1).
void put_path(body_writer& to, bytes encoded_path) {
    for (const message::option_view segment : message::option_range{encoded_path}) {
        if (segment.value.empty()) continue;
        put_percent_encoded(to, segment.text());
        to.put(std::string_view{"/"});
    }
}

void put_entry(body_writer& to, bytes path, std::string_view name, const file_status& about) {
    to.put(std::string_view{to.size() == 0 ? "</" : ",</"});
    put_path(to, path);
    put_percent_encoded(to, name);
    if (is_directory(about)) to.put(std::string_view{"/>;ct=40"});
    else end_file_link(to, name, about);
}

// The links of a whole tree, one after the other in the same memory.
class link_walk {
public:
    link_walk(void (*each)(void*, std::string_view), void* to) : each_(each), to_(to) {}

    void begin(std::string_view reference) {
        const bool fits = append([&](body_writer& to) {
            to.put(std::string_view{"<"});
            to.put(reference);
            to.put(std::string_view{"/"});
        });
        if (!fits) left_.links = 0;
    }

    void visit(descriptor of, unsigned depth) {
        const entry_stream stream = open_stream(std::move(of));
        if (!stream) return;
        for_each_entry(stream.get(), left_, [&](const char* name, const file_status& about) {
            const std::size_t before = size_;
            if (is_file(about)) tell(name, about);
            else if (depth != 0) enter(::dirfd(stream.get()), name, depth - 1);
            size_ = before;
        });
    }

private:
    // False if there is no room for what is written.
    bool append(auto&& write) {
        body_writer to{mutable_bytes{text_}.subspan(size_)};
        write(to);
        if (to.size() > text_.size() - size_) return false;
        size_ += to.size();
        return true;
    }

    void tell(std::string_view name, const file_status& about) {
        const auto link = [&](body_writer& to) {
            put_percent_encoded(to, name);
            end_file_link(to, name, about);
        };
        if (!append(link)) return;
        --left_.links;
        each_(to_, as_text(bytes{text_}.first(size_)));
    }

    void enter(int of, const char* name, unsigned depth) {
        const auto segment = [&](body_writer& to) {
            put_percent_encoded(to, name);
            to.put(std::string_view{"/"});
        };
        if (append(segment)) visit(descriptor{::openat(of, name, read_directory)}, depth);
    }

    void (*each_)(void*, std::string_view);
    void* to_;
    allowance left_;
    std::array<byte, directory::max_link_size> text_{};
    std::size_t size_ = 0;
};

}  // namespace

code detail::write_links(const place& of, bytes encoded_path, body_writer& to) {
    const entry_stream stream = open_stream(descriptor{::openat(of.parent, entry_of(of), read_directory)});
    if (!stream) return code_of(errno);
    allowance left;
    const auto put = [&](std::string_view name, const file_status& about) {
        put_entry(to, encoded_path, name, about);
        --left.links;
    };
    return code_of_call(for_each_entry(stream.get(), left, put));
}

void directory::links(std::string_view reference, void (*each)(void*, std::string_view), void* to) const {
    link_walk walk{each, to};
    walk.begin(reference);
    walk.visit(descriptor{::openat(root_.number(), ".", detail::read_directory)}, max_link_depth);
}

}  // namespace mincoap::posix
