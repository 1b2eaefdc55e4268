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

#include <mincoap/security/edhoc/handshake.hpp>
#include <mincoap/security/oscore/contexts.hpp>

namespace mincoap::security::edhoc {

// `AreKept`: the application has contexts that may outlast a restart; see `oscore::kept_contexts`.
template <std::size_t N, bool AreKept = false>
class contexts : public oscore::contexts<N, AreKept> {
    using context = oscore::context;

public:
    // Adds the context of a client.
    //   secrets  the inputs of its keys
    //   c_i      the server's Sender ID
    //   c_r      the client's Sender ID, one byte
    //   tag      a number of the application's, which handlers read with `request::peer`
    //   client   the number of the client's credential, 0 to 254
    //   now_ms   the time in milliseconds, which may wrap around
    // Returns false if another context has that Recipient ID, or if the application has taken all places.
    template <crypto C>
    [[nodiscard]] bool put(const oscore_secrets& secrets, bytes c_i, byte c_r, byte tag, byte client,
                           std::uint32_t now_ms) {
        context* const c = make_place(c_r, client, now_ms);
        if (c == nullptr) return false;
        c->window.clear();
        c->next_number = 0;
        c->sender_id_size = oscore::detail::copy_id(c_i, c->sender_id_bytes.data());
        c->recipient_id_size = 1;
        c->recipient_id_bytes[0] = c_r;
        c->id_context_size = 0;
        oscore::detail::derive_keys<C>(*c, secrets.master_secret, secrets.master_salt);
        c->state = oscore::context_state::ready;
        c->tag = tag;
        c->is_kept = false;
        ++c->generation;
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
        byte generation;  // the context has the same one

        bool is_of(const context& c) const {
            return client != 0 && generation == c.generation && c.state != oscore::context_state::empty;
        }
    };

    // Returns a place for a context of that client. If it has one, or if all places are taken, a context leaves.
    // Returns null if another client's context has that Recipient ID.
    context* make_place(byte c_r, byte client, std::uint32_t now_ms) {
        context* place = nullptr;
        context* leaving = nullptr;
        std::uint32_t longest_ms = 0;
        for (std::size_t i = 0; i < N; ++i) {
            context& c = this->all()[i];
            const origin& o = origins_[i];
            const bool is_clients = o.is_of(c) && o.client == client + 1;
            if (c.state == oscore::context_state::empty) place = place == nullptr ? &c : place;
            else if (!is_clients && c.recipient_id_size == 1 && c.recipient_id_bytes[0] == c_r) return nullptr;
            if (!o.is_of(c)) continue;
            const std::uint32_t idle_ms = is_clients ? always_first : now_ms - o.used_ms;
            if (idle_ms >= longest_ms) leaving = &c, longest_ms = idle_ms;
        }
        if (leaving == nullptr || (place != nullptr && longest_ms != always_first)) return place;
        this->remove(*leaving);
        return leaving;
    }
    static constexpr std::uint32_t always_first = ~std::uint32_t{0};

    std::array<origin, N> origins_{};
};

}  // namespace mincoap::security::edhoc
