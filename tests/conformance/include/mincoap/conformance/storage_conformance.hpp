// The contract of security::oscore::storage, as tests that each class for sequence numbers must pass. To test your own
// class, write a file such as your_storage_test.cpp. It includes this header, defines a class with three functions, and
// instantiates the tests in this namespace:
//
//   class your_harness {
//   public:
//       static constexpr std::size_t max_contexts = 4;   // it keeps numbers for so many; at least 1
//       static constexpr std::uint64_t end = security::oscore::number_limit;  // it keeps no larger number
//       auto& storage();                         // until the next restart
//       void restart();                          // power is lost and comes back
//       std::uint64_t first(const identity& of);  // the number for kept_contexts::restore
//   };
//   namespace mincoap::conformance {
//   INSTANTIATE_TYPED_TEST_SUITE_P(yours, storage_conformance, your_harness);
//   }
//
// A new object of your class has an empty storage. Compile the file as C++23, and link it with GTest::gtest_main.
#pragma once

#include <array>
#include <random>

#include <gtest/gtest.h>

#include <mincoap/security/oscore/contexts.hpp>

namespace mincoap::conformance {

template <typename Harness>
class storage_conformance : public ::testing::Test {
protected:
    using context = security::oscore::context;

    // Derives keys, all of them zeros.
    struct no_cipher {
        static void seal(const byte*, const byte*, bytes, mutable_bytes, std::size_t) {}
        static bool open(const byte*, const byte*, bytes, mutable_bytes, std::size_t) { return false; }
        static void hash(std::span<const bytes>, byte*) {}
        static void hmac(bytes, std::span<const bytes>, byte* to32) {
            for (std::size_t i = 0; i < security::hash_size; ++i) to32[i] = 0;
        }
    };

    // The context with that number among those of the storage, as after a start of the program.
    context& restored(std::size_t which = 0) {
        const std::array<byte, 1> server_id{0xff}, client_id{static_cast<byte>(which)};
        const security::oscore::identity of{.master_secret = server_id,
                                            .master_salt = {},
                                            .sender_id = server_id,
                                            .recipient_id = client_id,
                                            .id_context = std::nullopt};
        peers_ = {};
        return *peers_.template restore<no_cipher>(of, harness.first(of));
    }
    // Takes the next sequence number.
    std::uint64_t take(context& from) {
        std::uint64_t number = ~std::uint64_t{0};
        EXPECT_TRUE(security::oscore::take_number(from, harness.storage(), number));
        return number;
    }

    Harness harness;

private:
    security::oscore::kept_contexts<1> peers_;
};

TYPED_TEST_SUITE_P(storage_conformance);

TYPED_TEST_P(storage_conformance, begins_at_0) { EXPECT_EQ(this->take(this->restored()), 0U); }

TYPED_TEST_P(storage_conformance, goes_on_behind_a_number_that_was_used) {
    EXPECT_EQ(this->take(this->restored()), 0U);
    this->harness.restart();
    EXPECT_GT(this->take(this->restored()), 0U);
}

TYPED_TEST_P(storage_conformance, wastes_no_numbers_if_none_was_used) {
    for (int start = 0; start < 3; ++start) {
        this->restored();
        this->harness.restart();
    }
    EXPECT_EQ(this->take(this->restored()), 0U);
}

TYPED_TEST_P(storage_conformance, repeats_no_number_over_restarts) {
    std::minstd_rand random{1};
    constexpr unsigned restarts = 30;
    std::uint64_t next = 0;
    for (unsigned start = 0; start < restarts; ++start) {
        auto& c = this->restored();
        for (auto count = random() % 300; count != 0; --count) {
            const std::uint64_t number = this->take(c);
            ASSERT_GE(number, next);
            next = number + 1;
        }
        this->harness.restart();
    }
    EXPECT_LT(next, restarts * 400) << "a restart wastes no more numbers than are reserved at once";
}

TYPED_TEST_P(storage_conformance, keeps_contexts_apart) {
    for (std::size_t i = 0; i < TypeParam::max_contexts; ++i) {
        auto& c = this->restored(i);
        for (std::size_t count = 0; count < 100 * i + 1; ++count) this->take(c);
    }
    this->harness.restart();
    for (std::size_t i = 0; i < TypeParam::max_contexts; ++i) {
        const std::uint64_t number = this->take(this->restored(i));
        EXPECT_GT(number, 100 * i) << i;
        EXPECT_LE(number, 100 * i + security::oscore::reserved_at_once) << i;
    }
}

TYPED_TEST_P(storage_conformance, keeps_the_largest_numbers) {
    auto& c = this->restored();
    const std::uint64_t last = TypeParam::end - security::oscore::reserved_at_once;
    ASSERT_TRUE(this->harness.storage().reserve(c, last));
    this->harness.restart();
    auto& again = this->restored();
    EXPECT_EQ(this->take(again), last);
    this->harness.restart();
    std::uint64_t number = 0;
    EXPECT_FALSE(security::oscore::take_number(this->restored(), this->harness.storage(), number));
}

REGISTER_TYPED_TEST_SUITE_P(storage_conformance, begins_at_0, goes_on_behind_a_number_that_was_used,
                            wastes_no_numbers_if_none_was_used, repeats_no_number_over_restarts, keeps_contexts_apart,
                            keeps_the_largest_numbers);

}  // namespace mincoap::conformance
