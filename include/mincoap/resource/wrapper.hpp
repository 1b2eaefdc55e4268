// A resource around another one.
//
// For those who write a kind of resource: inherit from it, and change the methods of `target`, as confirmed_only.hpp
// does.
#pragma once

#include <mincoap/resource/resource.hpp>

namespace mincoap {

// Holds the inner resource and hands on its links to discovery (see filtered_well_known_core.hpp).
template <resource Resource>
struct wrapper {
    Resource target;

    void links(link_writer& to) const
        requires has_links<Resource>
    {
        target.links(to);
    }
};

}  // namespace mincoap
