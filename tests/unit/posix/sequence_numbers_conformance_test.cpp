#include <mincoap/conformance/storage_conformance.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <mincoap/posix/sequence_numbers.hpp>

namespace mincoap::posix {
namespace {

class folder_harness {
public:
    static constexpr std::size_t max_contexts = 8;
    static constexpr std::uint64_t end = security::oscore::number_limit;

    folder_harness() : path_(testing::TempDir() + "mincoap-numbers-XXXXXX") {
        ::mkdtemp(path_.data());
        restart();
    }
    folder_harness(const folder_harness&) = delete;
    folder_harness& operator=(const folder_harness&) = delete;
    ~folder_harness() { std::filesystem::remove_all(path_); }

    auto& storage() { return numbers_; }
    void restart() {
        numbers_ = sequence_numbers{};
        numbers_ = sequence_numbers::open(path_.c_str()).value();
    }
    std::uint64_t first(const security::oscore::identity& of) { return numbers_.first(of).value(); }

private:
    std::string path_;
    sequence_numbers numbers_;
};

}  // namespace
}  // namespace mincoap::posix

namespace mincoap::conformance {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(posix_sequence_numbers, storage_conformance, posix::folder_harness);

}  // namespace
}  // namespace mincoap::conformance
