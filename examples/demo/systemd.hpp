// Sockets that systemd passes to a service, and states that the service tells it (sd_listen_fds(3),
// sd_notify(3)). These are environment variables and a datagram, so no library is needed.
#pragma once

#include <string_view>
#include <vector>

namespace demo {

// Returns the descriptors of the sockets that systemd has opened for this process; none without
// socket activation.
std::vector<int> passed_sockets();

// Tells systemd a state, such as "READY=1". Returns false if there is no systemd that listens.
bool notify_systemd(std::string_view state);

}  // namespace demo
