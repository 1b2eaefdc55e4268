// A point in time as people read it.
#pragma once

#include <array>

#include <mincoap/message/bytes.hpp>

namespace demo {

// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
using unix_time = std::uint64_t;

struct date {
    unsigned year;
    unsigned month;  // 1 to 12
    unsigned day;    // 1 to 31
};

constexpr bool is_leap_year(unsigned year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr unsigned days_of(unsigned year, unsigned month) {
    constexpr std::array<std::uint8_t, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year) ? 1U : 0U);
}

// The date `days` after 1970-01-01. The function counts years and months: at most 130 steps in this century.
constexpr date date_of(unsigned days) {
    date d{1970, 1, 1};
    for (; days >= (is_leap_year(d.year) ? 366U : 365U); ++d.year) days -= is_leap_year(d.year) ? 366 : 365;
    for (; days >= days_of(d.year, d.month); ++d.month) days -= days_of(d.year, d.month);
    d.day += days;
    return d;
}

// "2026-02-28T23:59:59Z" (ISO 8601); years up to 9999.
constexpr std::array<char, 20> iso8601(unix_time seconds) {
    constexpr unix_time end = 253'402'300'800;  // the year 10000
    if (seconds >= end) seconds = end - 1;
    const auto second_of_day = static_cast<unsigned>(seconds % 86'400);
    const date d = date_of(static_cast<unsigned>(seconds / 86'400));
    std::array<char, 20> text{"0000-00-00T00:00:00"};
    text[19] = 'Z';
    const auto put = [&](std::size_t last_digit, unsigned number) {
        for (; number != 0; number /= 10) text[last_digit--] = static_cast<char>('0' + number % 10);
    };
    put(3, d.year);
    put(6, d.month);
    put(9, d.day);
    put(12, second_of_day / 3'600);
    put(15, second_of_day / 60 % 60);
    put(18, second_of_day % 60);
    return text;
}

}  // namespace demo
