// The storage of examples/flash_numbers.hpp.
#include <mincoap/conformance/storage_conformance.hpp>

#include <array>

#include "../../../../examples/flash_numbers.hpp"

namespace mincoap::security::oscore {
namespace {

struct pages {
    static constexpr std::size_t page_words = 16;

    std::uint32_t word(unsigned page, std::size_t at) const { return words.at(page).at(at); }
    void erase(unsigned page) { words.at(page).fill(~0U); }
    void program(unsigned page, std::size_t at, std::uint32_t value) { words.at(page).at(at) &= value; }

    std::array<std::array<std::uint32_t, page_words>, 2> words{};
};

class flash_harness {
public:
    static constexpr std::size_t max_contexts = 1;
    static constexpr std::uint64_t end = std::uint64_t{0xffff'fffe} * reserved_at_once;

    flash_harness() { EXPECT_TRUE(storage().begin()); }

    example::flash_numbers<pages>& storage() { return numbers_; }
    static void restart() {}  // it keeps nothing elsewhere
    std::uint64_t first(const identity& /*of*/) { return numbers_.first().value(); }

private:
    pages flash_;
    example::flash_numbers<pages> numbers_{flash_};
};

}  // namespace
}  // namespace mincoap::security::oscore

namespace mincoap::conformance {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(flash_numbers, storage_conformance, security::oscore::flash_harness);

}  // namespace
}  // namespace mincoap::conformance
