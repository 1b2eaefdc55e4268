// The security contexts of a server whose clients get their keys by EDHOC.
//
//     static security::edhoc::contexts<4> peers;     // all zeros: .bss on a device
//
// It is a table of `oscore::contexts`, to which the application may add contexts of its own. Those stay. A
// context that EDHOC makes takes, in this order:
//
//     1. the place of the client's context before: a client has one, and gets a new one whenever it runs
//        EDHOC again
//     2. a free place
//     3. the place of the EDHOC context whose client has sent nothing for the longest time
//
// Only a client that has authenticated itself, and that the application has allowed, gets a context.
#pragma once

#include <mincoap/security/oscore/contexts.hpp>

namespace mincoap::security::edhoc {

// `AreKept`: the application has contexts that may outlast a restart; see `oscore::kept_contexts`.
template <std::size_t N, bool AreKept = false>
class contexts : public oscore::contexts<N, AreKept> {
    using context = oscore::context;

public:
    // Adds the context of a client.
    //   of      the keys and the names; its bytes are not needed afterwards
    //   tag     a number of the application's, which handlers read with `request::peer`
    //   client  the number of the client's credential, 0 to 254
    // Returns false if another context has that Recipient ID, or if the application has taken all places.
    template <crypto C>
    [[nodiscard]] bool put(const oscore::identity& of, byte tag, byte client, std::uint32_t now_ms) {
        make_place(client, now_ms);
        const context* const c = this->template add<C>(of, tag);
        if (c == nullptr) return false;
        origins_[static_cast<std::size_t>(c - this->all().data())] = {now_ms, static_cast<byte>(client + 1),
                                                                      c->generation};
        return true;
    }

    // Notes that the client with the context at that place has sent a request.
    void note_use(std::size_t place, std::uint32_t now_ms) { origins_[place].used_ms = now_ms; }

private:
    // A context that EDHOC has made. Zeros are none.
    struct origin {
        std::uint32_t used_ms;
        byte client;      // and one
        byte generation;  // of the context

        bool is_of(const context& c) const {
            return client != 0 && generation == c.generation && c.state != oscore::context_state::empty;
        }
    };

    // Removes the context of that client; or, if all places are taken, the one that is idle for the longest time.
    void make_place(byte client, std::uint32_t now_ms) {
        context* leaving = nullptr;
        std::uint32_t longest_ms = 0;
        bool is_full = true;
        for (std::size_t i = 0; i < N; ++i) {
            context& c = this->all()[i];
            const origin& o = origins_[i];
            if (c.state == oscore::context_state::empty) is_full = false;
            if (!o.is_of(c)) continue;
            const bool is_clients = o.client == client + 1;
            if (!is_clients && now_ms - o.used_ms < longest_ms) continue;
            leaving = &c;
            longest_ms = now_ms - o.used_ms;
            if (!is_clients) continue;
            is_full = true;
            break;
        }
        if (is_full && leaving != nullptr) this->remove(*leaving);
    }

    std::array<origin, N> origins_{};
};

}  // namespace mincoap::security::edhoc
