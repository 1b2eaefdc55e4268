// Sequence numbers of security contexts that outlast a restart of the program: the storage of
// `kept_contexts` (OSCORE, RFC 8613 §B.1.1), as files in a folder.
//
//   static security::oscore::kept_contexts<4> peers;
//   auto numbers = posix::sequence_numbers::open("/var/lib/coap");
//   if (!numbers) return complain(numbers.error().message());
//
//   const auto first = numbers->first(keys);
//   if (!first) return complain(first.error().message());
//   peers.restore<cipher>(keys, *first);
//   server server{socket, site, guard, answers, oscore{peers, cipher{}, *numbers}};
//
// There is a file for each context, which has the Recipient ID and the ID Context in its name. It
// holds a line of text: its own name, the number, and a check sum. A new line goes to a second file,
// which replaces the first one once it is on the disk. So a loss of power leaves the old line or the
// new one.
//
// A number that was used must not come back: two messages under one number let an attacker read
// both. So a damaged file, or one that belongs to another context, is an error. It never counts as
// 0. A number that is not larger than the one in the file is not kept. An open folder is locked, so
// that no second program uses the same numbers. After all that, two mistakes remain that this class
// cannot see: to delete a file, and to restore an old one from a backup. Make new keys then.
#pragma once

#include <expected>
#include <string>
#include <system_error>
#include <utility>

#include <mincoap/posix/descriptor.hpp>
#include <mincoap/security/oscore/contexts.hpp>

namespace mincoap::posix {

// The errors that are not those of the system.
enum class sequence_number_error {
    in_use = 1,          // another program, or this one, has the folder open
    damaged,             // the file is empty, cut or changed
    of_another_context,  // the file was renamed or copied
    used_before,         // the file has this number or a larger one
};
std::error_code make_error_code(sequence_number_error e);

// Two threads must not use an object at once.
class sequence_numbers {
public:
    // Keeps nothing until `open`: `reserve` returns false.
    sequence_numbers() = default;

    // Opens a folder, and locks it for as long as the object lives. It must exist. It remains the same
    // if it is moved. Errors, by their cause:
    //   no_such_file_or_directory, not_a_directory
    //   permission_denied      the process may not read it, or may not write to it
    //   read_only_file_system
    //   no_lock_available      the file system has no locks (flock(2))
    //   in_use                 see above
    [[nodiscard]] static std::expected<sequence_numbers, std::error_code> open(const char* folder);

    // Returns the number that `kept_contexts::restore` takes for these keys: 0 without a file.
    // Errors: `damaged`, `of_another_context`, or one of the system such as permission_denied. Call it
    // once in a start of the program for each context.
    [[nodiscard]] std::expected<std::uint64_t, std::error_code> first(const security::oscore::identity& of) const;

    // Keeps the number, by the contract of `security::oscore::storage`. Returns true once file and
    // name are on the disk, which may take some milliseconds. Returns false if that failed.
    // `last_error` then tells the cause, and the number in the file is the old one or, after an error
    // of the disk, the new one.
    [[nodiscard]] bool reserve(const security::oscore::context& of, std::uint64_t number);

    // Returns the cause why `reserve` failed last; no error if it has not failed.
    std::error_code last_error() const { return last_error_; }

private:
    explicit sequence_numbers(detail::descriptor folder) : folder_(std::move(folder)) {}
    std::error_code lock() const;
    std::expected<std::uint64_t, std::error_code> read(const std::string& name) const;
    std::error_code keep(const std::string& name, std::uint64_t number) const;
    std::error_code replace(const std::string& name, const std::string& line) const;

    detail::descriptor folder_;
    std::error_code last_error_;
};
static_assert(security::oscore::storage<sequence_numbers>);

}  // namespace mincoap::posix

namespace std {
template <>
struct is_error_code_enum<mincoap::posix::sequence_number_error> : true_type {};
}  // namespace std
