// The text at /poem: too long for one datagram.
#pragma once

#include <string_view>

namespace demo {

inline constexpr std::string_view poem = R"(Of Small Devices

In a box behind the boiler, where the spiders keep the dust,
lives a chip that counts the litres through a valve of brass and rust.
It has two and thirty kilobytes to hold the world it knows,
and a crystal that is humming while the water comes and goes.

There's a sensor on the hillside with a coin of lithium,
and it sleeps through all the thunder till its minute's turn has come.
Then it wakes, and takes a reading, and it says it very small:
just a header and a token and a number. That is all.

And a lamp along the harbour, when the evening fog is deep,
hears a message of nine bytes or so and rises from its sleep.
It acknowledges the sender, and it does not ask for more;
it forgets who was so friendly, and it shines upon the shore.

They have neither heap nor threads to spin, no disk, no screen, no name
but the path by which you ask for them; the answer is the same.
If a packet should be broken, they will tell you, or keep still,
and they ask for no allowance, and they seldom send a bill.

So be gentle with the small ones when you send them what you must:
keep it short, and keep it simple, say it plainly, earn their trust.
If your story is a long one, break it, block by block by block,
and they'll hand it back unaltered, while they tick beside the clock.

Good night, little ones; we will ask again.
)";

static_assert(poem.size() == 1338, "as /.well-known/core tells, and longer than a message of the demo may be");

}  // namespace demo
