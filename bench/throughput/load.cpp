// Sends requests from many clients to a server on this machine, as fast as it answers.
//
// usage: load PORT PROCESS CLIENTS WINDOW SECONDS [echo] [gso]
//   PROCESS   the server's process id
//   CLIENTS   number of sockets
//   WINDOW    number of requests per socket that wait for an answer
//   SECONDS   how much CPU time the server uses before the end; on a busy machine that takes longer, but at most
//             60 times as long
//   echo      expects each request back, instead of the answer to it
//   gso       sends a batch of requests in one call, which the kernel cuts into datagrams (UDP_SEGMENT)
//
// A request is a Confirmable GET of /hello. The program compares each byte of each answer with the expected one: type,
// code, Message ID, token, Content-Format and payload. It prints five numbers:
//   the answers, and the CPU time that the server used meanwhile, in nanoseconds
//   wrong answers: another byte, or a second answer to a request
//   lost requests: no answer within half a second
//   the time in nanoseconds
// It never sleeps, so the server does not pay for waking it up.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace {

#ifndef UDP_SEGMENT
constexpr int UDP_SEGMENT = 103;
#endif

using octets = std::span<const std::uint8_t>;

constexpr unsigned batch_size = 64;  // datagrams per system call, in both directions
constexpr std::size_t longest = 64;  // bytes of a datagram that are compared; none is longer
constexpr std::uint64_t second_ns = 1'000'000'000;

// Message ID and token are 0 here. They are the bytes that differ from request to request.
constexpr std::uint8_t get_hello[] = {0x44, 0x01, 0, 0, 0, 0, 0, 0, 0xb5, 'h', 'e', 'l', 'l', 'o'};
constexpr std::uint8_t hello[] = {0x64, 0x45, 0,   0,   0,   0,   0,   0,   0xc0, 0xff,
                                  'H',  'e',  'l', 'l', 'o', ' ', 'C', 'o', 'A',  'P'};

struct options {
    std::uint16_t port;
    pid_t server;
    unsigned clients;
    unsigned window;
    std::uint64_t time_ns;
    bool echo = false;
    bool gso = false;

    octets answer() const { return echo ? octets{get_hello} : octets{hello}; }
};

struct tally {
    std::uint64_t answers = 0;
    std::uint64_t wrong = 0;
    std::uint64_t lost = 0;
};

[[noreturn]] void give_up(const char* about) {
    std::perror(about);
    std::exit(EXIT_FAILURE);
}

std::uint64_t read_clock(clockid_t clock) {
    timespec t{};
    if (::clock_gettime(clock, &t) != 0) give_up("clock");
    return static_cast<std::uint64_t>(t.tv_sec) * second_ns + static_cast<std::uint64_t>(t.tv_nsec);
}
std::uint64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }

// Returns the CPU time of all threads of a process, including the kernel's work for it.
std::uint64_t cpu_ns_of(pid_t process) {
    clockid_t clock;
    if (::clock_getcpuclockid(process, &clock) != 0) give_up("no such server");
    return read_clock(clock);
}

// The datagrams of one system call.
class batch {
public:
    batch() {
        for (unsigned i = 0; i < batch_size; ++i) {
            parts_[i] = {.iov_base = data_[i].data(), .iov_len = longest};
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }

    std::uint8_t* to(unsigned i) { return data_[i].data(); }
    octets operator[](unsigned i) const { return octets{data_[i]}.first(messages_[i].msg_len); }

    unsigned receive(int descriptor) {
        const int count = ::recvmmsg(descriptor, messages_.data(), batch_size, MSG_DONTWAIT, nullptr);
        return count > 0 ? static_cast<unsigned>(count) : 0;
    }

    // Sends the first datagrams, all of one size. Returns the number of those that the kernel took.
    unsigned send(int descriptor, unsigned count, std::size_t size, bool in_one) {
        for (unsigned i = 0; i < count; ++i) parts_[i].iov_len = size;
        if (in_one && count > 1) return send_in_one(descriptor, count, static_cast<std::uint16_t>(size)) ? count : 0;
        const int sent = ::sendmmsg(descriptor, messages_.data(), count, MSG_DONTWAIT);
        return sent > 0 ? static_cast<unsigned>(sent) : 0;
    }

private:
    bool send_in_one(int descriptor, unsigned count, std::uint16_t size) {
        alignas(cmsghdr) std::uint8_t control[CMSG_SPACE(sizeof size)]{};
        msghdr all{};
        all.msg_iov = parts_.data();
        all.msg_iovlen = count;
        all.msg_control = control;
        all.msg_controllen = sizeof control;
        cmsghdr& segment = *CMSG_FIRSTHDR(&all);
        segment = {.cmsg_len = CMSG_LEN(sizeof size), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT};
        std::memcpy(CMSG_DATA(&segment), &size, sizeof size);
        return ::sendmsg(descriptor, &all, MSG_DONTWAIT) >= 0;
    }

    std::array<std::array<std::uint8_t, longest>, batch_size> data_{};
    std::array<iovec, batch_size> parts_{};
    std::array<mmsghdr, batch_size> messages_{};
};

// A request that waits for its answer. The token names the request among those of its client, and how many used the
// same place before it.
struct waiting {
    std::uint64_t since_ns = 0;
    std::uint16_t id = 0;
    std::uint16_t times = 0;
    bool busy = false;
};

class client {
public:
    client(const options& given, std::uint16_t first_id)
        : given_(given), descriptor_(::socket(AF_INET, SOCK_DGRAM, 0)), next_id_(first_id), places_(given.window) {
        sockaddr_in server{};
        server.sin_family = AF_INET;
        server.sin_port = htons(given.port);
        server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) give_up("connect");
        for (unsigned i = 0; i < given.window; ++i) free_.push_back(static_cast<std::uint16_t>(i));
    }

    unsigned free_places() const { return static_cast<unsigned>(free_.size()); }

    unsigned receive(batch& in, tally& sum) {
        const unsigned count = in.receive(descriptor_);
        for (unsigned i = 0; i < count; ++i) is_expected(in[i]) ? ++sum.answers : ++sum.wrong;
        return count;
    }

    void send(batch& out, std::uint64_t now) {
        const unsigned count = std::min(free_places(), batch_size);
        for (unsigned i = 0; i < count; ++i) write_request(out.to(i), free_[free_.size() - 1 - i], i);
        const unsigned sent = out.send(descriptor_, count, sizeof get_hello, given_.gso);
        for (unsigned i = 0; i < sent; ++i) {
            waiting& request = places_[free_.back()];
            free_.pop_back();
            request = {.since_ns = now, .id = next_id_++, .times = request.times, .busy = true};
        }
    }

    void expire(std::uint64_t now, tally& sum) {
        for (std::size_t i = 0; i < places_.size(); ++i)
            if (places_[i].busy && now > places_[i].since_ns + second_ns / 2) free_place(i), ++sum.lost;
    }

private:
    // Message ID and token are at the same place in a request and in its answer.
    void write_key(std::uint8_t* to, std::uint16_t id, std::uint16_t place) const {
        const std::uint16_t key[] = {htons(id), htons(place), htons(places_[place].times)};
        std::memcpy(to + 2, key, sizeof key);
    }

    void write_request(std::uint8_t* to, std::uint16_t place, unsigned nth) const {
        std::memcpy(to, get_hello, sizeof get_hello);
        write_key(to, static_cast<std::uint16_t>(next_id_ + nth), place);
    }

    bool is_expected(octets datagram) {
        const octets answer = given_.answer();
        if (datagram.size() != answer.size()) return false;
        const auto place = static_cast<std::uint16_t>(datagram[4] << 8 | datagram[5]);
        if (place >= places_.size() || !places_[place].busy) return false;
        std::uint8_t expected[longest];
        std::memcpy(expected, answer.data(), answer.size());
        write_key(expected, places_[place].id, place);
        const bool same = std::memcmp(expected, datagram.data(), answer.size()) == 0;
        if (same) free_place(place);
        return same;
    }

    void free_place(std::size_t place) {
        places_[place].busy = false;
        ++places_[place].times;
        free_.push_back(static_cast<std::uint16_t>(place));
    }

    const options& given_;
    int descriptor_;
    std::uint16_t next_id_;
    std::vector<waiting> places_;
    std::vector<std::uint16_t> free_;
};

class load {
public:
    explicit load(const options& given) : given_(given) {
        for (unsigned i = 0; i < given.clients; ++i)
            clients_.emplace_back(given, static_cast<std::uint16_t>(i * 40'503));  // IDs differ between clients
    }

    // Runs until the server has used so much CPU time.
    void run_for(std::uint64_t cpu_ns) {
        const std::uint64_t end = cpu_ns_of(given_.server) + cpu_ns, latest = now_ns() + 60 * cpu_ns;
        while (cpu_ns_of(given_.server) < end && now_ns() < latest)
            for (unsigned served = 0; served < 1000 && now_ns() < latest;) served += serve_each();
    }

    const tally& sum() const { return sum_; }
    void forget() { sum_ = {}; }

private:
    // A client sends once half of its window is free, or if no client has received an answer.
    unsigned serve_each() {
        unsigned received = 0;
        for (client& c : clients_) {
            received += c.receive(in_, sum_);
            if (c.free_places() >= (is_idle_ ? 1 : (given_.window + 1) / 2)) c.send(out_, now_ns());
        }
        is_idle_ = received == 0;
        if (is_idle_) expire();
        return received;
    }

    void expire() {
        for (client& c : clients_) c.expire(now_ns(), sum_);
    }

    const options& given_;
    batch in_, out_;
    tally sum_;
    bool is_idle_ = true;
    std::vector<client> clients_;
};

bool has(std::span<char*> words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

options parse(std::span<char*> words) {
    const auto number = [&](std::size_t i) { return std::strtoul(words[i], nullptr, 10); };
    return {.port = static_cast<std::uint16_t>(number(1)),
            .server = static_cast<pid_t>(number(2)),
            .clients = static_cast<unsigned>(number(3)),
            .window = static_cast<unsigned>(number(4)),
            .time_ns = static_cast<std::uint64_t>(std::strtod(words[5], nullptr) * 1e9),
            .echo = has(words, "echo"),
            .gso = has(words, "gso")};
}

void permit_descriptors(unsigned count) {
    rlimit limit{.rlim_cur = count + 16, .rlim_max = 0};
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    limit.rlim_max = std::max(now.rlim_max, limit.rlim_cur);
    if (now.rlim_cur < limit.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &limit) != 0) give_up("too many clients");
}

}  // namespace

int main(int count, char** words) {
    if (count < 6) return std::fputs("usage: load PORT PROCESS CLIENTS WINDOW SECONDS [echo] [gso]\n", stderr), 2;
    const options given = parse({words, static_cast<std::size_t>(count)});
    permit_descriptors(given.clients);
    load clients{given};
    clients.run_for(given.time_ns / 4);  // until caches and branch predictors know the work
    const std::uint64_t wrong_before = clients.sum().wrong;
    clients.forget();
    const std::uint64_t cpu_before = cpu_ns_of(given.server), before = now_ns();
    clients.run_for(given.time_ns);
    const std::uint64_t cpu = cpu_ns_of(given.server) - cpu_before, passed = now_ns() - before;
    const auto& [answers, wrong, lost] = clients.sum();
    std::printf("%ju %ju %ju %ju %ju\n", std::uintmax_t{answers}, std::uintmax_t{cpu},
                std::uintmax_t{wrong + wrong_before}, std::uintmax_t{lost}, std::uintmax_t{passed});
    return wrong + wrong_before == 0 && answers != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
