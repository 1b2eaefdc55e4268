// A layer of your own, between the socket and the site: it counts the requests per path, and a resource shows the
// counts. You pay only for the layers that you list.
//
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get coap://127.0.0.1/hello
//     Hello
//     $ coap-client-notls -m get coap://127.0.0.1/nothing
//     4.04
//     $ coap-client-notls -m get coap://127.0.0.1/counts
//     /hello 2
#include <map>
#include <string>

#include "serve.hpp"

namespace coap = mincoap;

class path_counter {
public:
    // Called for each request. `next` calls the inner layers and the site.
    coap::reply serve(coap::exchange&, const coap::request& r, auto next) {
        const std::string path = path_of(r);  // first: the site may write its answer over the request
        const coap::reply answer = next(r);
        if (!is_error(answer.code()) && (counts_.size() < capacity || counts_.contains(path))) ++counts_[path];
        return answer;
    }

    void write(coap::body_writer& to) const {
        for (const auto& [path, times] : counts_) to.put(std::string_view{path + ' ' + std::to_string(times) + '\n'});
    }

private:
    static std::string path_of(const coap::request& r) {
        std::string path;
        for (const coap::message::option_view segment : r.segments()) path.append("/").append(segment.text());
        return path;
    }

    static constexpr std::size_t capacity = 100;  // below a wildcard, clients can make up any number of paths
    std::map<std::string, std::uint32_t> counts_;
};

static path_counter counter;  // a variable, because the site needs it; the server would own a path_counter{}

constexpr auto site = coap::routes(
    coap::at<"hello">(coap::text("Hello")),
    coap::at<"counts">(coap::generated([](coap::body_writer& to) { counter.write(to); })), coap::well_known_core);

int main(int argc, char** argv) { return example::serve(site, argc, argv, example::guard(), counter); }
