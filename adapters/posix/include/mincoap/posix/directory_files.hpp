// The files that `posix::directory` reads and writes. Private to directory.hpp, which has its
// members.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include <sys/stat.h>

#include <mincoap/posix/descriptor.hpp>
#include <mincoap/resource/blockwise/upload.hpp>
#include <mincoap/resource/blockwise/upload_owner.hpp>

namespace mincoap::posix::detail {

// A name in a directory of the tree. An empty name means the directory itself.
struct place {
    int parent = -1;
    descriptor owned;              // the parent; not open if the parent is the root, which the tree owns
    std::array<char, 256> name{};  // ends with a NUL
};

// The file that a reply sends a part of. It is open from `begin` to `read`. If a client asks for
// one block after another, the next blocks are read ahead into memory. They are sent from there as
// long as the status of the file shows that it is the same file and unchanged. The first block of a
// file is always read from the file.
class served_file {
public:
    // Prepares a part of `size` bytes at `offset`. Before the call, `look` is the status that
    // `look_at_served` found; afterwards it is the status of the open file. Returns the error as a
    // response code; `code::empty` if there is none.
    [[nodiscard]] code begin(const place& at, struct ::stat& look, std::uint32_t offset, std::uint32_t size);
    // Reads that part, or the beginning of it, and closes the file. Returns false if it cannot be
    // read.
    [[nodiscard]] bool read(std::uint32_t offset, mutable_bytes to);
    void end() { file_ = {}; }

private:
    static constexpr std::uint32_t capacity = 32 * 1024;
    static constexpr std::uint32_t longest_step = 1024;

    bool is_unchanged(const struct ::stat& look) const;
    bool has(std::uint32_t offset, std::uint32_t size) const;
    void read_ahead(std::uint32_t offset);

    descriptor file_;
    struct ::stat look_{};     // the status of the file that the bytes are from
    std::uint32_t begin_ = 0;  // the offsets of the bytes in the file
    std::uint32_t end_ = 0;
    std::unique_ptr<byte[]> ahead_;
};

// A new file beside its target, hidden from clients. It is removed unless it is put in place.
//
// Its process holds a lock on it, which tells it from a part that a killed process left. The names
// of parts are reused. So a process renames or removes a part only if it holds the lock and has
// checked since that the locked file is still the file of that name.
class part_file {
public:
    constexpr part_file() = default;
    part_file(part_file&&) noexcept = default;
    part_file& operator=(part_file&& other) noexcept;
    ~part_file() { discard(); }

    // Each returns the error of the system as a response code; `code::empty` if there is none. A
    // part that replaces a file is readable by its owner only, until it has the permissions of that
    // file.
    [[nodiscard]] code open(place target, bool replaces_file);
    [[nodiscard]] code append(bytes data);
    [[nodiscard]] code take_rights_of_target();
    [[nodiscard]] code put_in_place();
    void discard();

    [[nodiscard]] constexpr bool is_open() const { return file_.is_open(); }
    [[nodiscard]] constexpr const place& target() const { return target_; }

private:
    using part_name = std::array<char, sizeof ".mincoap-part-0">;
    part_name name() const;
    code create(bool replaces_file);
    bool is_at_its_name() const;

    place target_;
    descriptor file_;
    char number_ = '0';  // the last character of its name, which differs between the parts of a directory
};

// The upload of a body into a file.
class upload {
public:
    // Each returns the answer to the block: an error, 2.31, 2.01 or 2.04. `begin` returns
    // `code::empty` if `write` may follow.
    [[nodiscard]] code begin(place target, const request& r);
    [[nodiscard]] code write(const request& r, const block& part);

    // Returns whether the request belongs to this upload.
    [[nodiscard]] bool is_of(const place& target, const request& r) const;

    // For the first block of another upload: returns in how many seconds its client should try
    // again; 0 if it can begin.
    [[nodiscard]] std::uint32_t seconds_to_wait(const request& r) { return owner_.seconds_to_wait(r); }

private:
    code store(const request& r, bool more);
    code finish(const request& r);

    part_file part_;
    upload_owner owner_;
    std::uint32_t size_ = 0;         // so far, in bytes
    std::uint32_t last_offset_ = 0;  // the offset of the last block
    etag last_;                      // the hash of the last block
    code answer_ = code::empty;      // the answer to the last block
    std::optional<etag> original_;   // the ETag of the file before the upload
    bool conditional_ = false;
};

}  // namespace mincoap::posix::detail
