// A model of what `deduplicate` keeps: the rules of its contract, without hashes.
#pragma once

#include <algorithm>

#include "memory_wire.hpp"
#include "require.hpp"

namespace mincoap::fuzz {

struct kept_answer {
    std::size_t peer;
    std::vector<byte> request;
    time_ms until;
    bool is_confirmed;
    std::vector<byte> answer;
    std::size_t token_end;
};

class copies {
public:
    copies(std::size_t count, std::size_t most_bytes, bool keeps_all)
        : count_(count), most_bytes_(most_bytes), keeps_all_(keeps_all) {}

    // The layer has answered a datagram: `outer` is its answer, and `inner` the one of the layers inside, if it asked
    // them.
    void check(const datagram& d, time_ms now, const outer_watch& outer, const inner_watch& inner) {
        if (!is_kept(d)) return require(inner.calls == 1);
        const auto is_same = [&](const kept_answer& k) {
            return k.peer == d.peer && k.request == d.data && now <= k.until;
        };
        const auto found = std::ranges::find_if(kept_, is_same);
        const bool is_sure = now >= unsure_until_;
        if (found != kept_.end() && (is_sure || inner.calls == 0)) {
            if (now < found->until) return check_copy(d, *found, outer, inner);
        } else if (is_sure) require(inner.calls == 1);  // a new message is never taken for a copy
        if (inner.calls == 1) keep(d, now, outer, inner);
    }

private:
    static constexpr time_ms exchange_lifetime = 247'000;
    static constexpr time_ms non_lifetime = 145'000;

    bool is_kept(const datagram& d) const {
        const auto read = d.view();
        if (!read) return false;
        if (keeps_all_) return message::is_request(read->code()) && d.type() <= 1 && !(d.multicast && d.is_con());
        const auto has = [&](option o) { return read->options().find(o).has_value(); };
        return read->code() == code::post || read->code() == code::patch || has(option::if_match) ||
               has(option::if_none_match) || has(option::oscore);
    }
    // A copy is not carried out, and a Confirmable one gets the same bytes again, or those up to the token.
    void check_copy(const datagram& d, const kept_answer& k, const outer_watch& outer, const inner_watch& inner) const {
        require(inner.calls == 0);
        if (!d.is_con()) return require(outer.answer.empty());
        std::vector<byte> same = k.answer;
        if (same.size() > most_bytes_) same.resize(k.token_end);
        require(outer.answer == same);
    }
    void keep(const datagram& d, time_ms now, const outer_watch& outer, const inner_watch& inner) {
        if (inner.answer.size() > most_bytes_ && keeps_all_ && message::is_safe(d.view()->code())) return;
        std::erase_if(kept_,
                      [&](const kept_answer& k) { return k.until < now || (k.peer == d.peer && k.request == d.data); });
        if (now < unsure_until_) unsure_until_ = now + exchange_lifetime;  // it may have taken another place
        if (kept_.size() >= count_ && !evict(now, outer.is_confirmed)) return;
        const time_ms lifetime = d.is_con() ? exchange_lifetime : non_lifetime;
        kept_.push_back({d.peer, d.data, now + lifetime, outer.is_confirmed, inner.answer, 4U + d.data[0] % 16U});
    }
    // The answer whose time ends first goes, but no confirmed one for one that is not. Two whose time ends at once: the
    // model does not know which one went.
    bool evict(time_ms now, bool for_confirmed) {
        auto least = kept_.end();
        bool is_tie = false;
        for (auto k = kept_.begin(); k != kept_.end(); ++k) {
            if (k->is_confirmed && !for_confirmed) continue;
            if (least != kept_.end() && k->until > least->until) continue;
            is_tie = least != kept_.end() && k->until == least->until;
            least = k;
        }
        if (least == kept_.end()) return false;
        if (is_tie) unsure_until_ = now + exchange_lifetime;
        kept_.erase(least);
        return true;
    }

    std::size_t count_;
    std::size_t most_bytes_;
    bool keeps_all_;
    time_ms unsure_until_ = 0;
    std::vector<kept_answer> kept_;
};

}  // namespace mincoap::fuzz
