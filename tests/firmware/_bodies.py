"""The bodies of the large resources of the demo."""

import emulate

POEM = (emulate.ROOT / "examples/demo/poem.hpp").read_text().partition('R"(')[2].partition(')"')[0].encode()
RULER = b"".join(b"%07x\n" % offset for offset in range(0, 100_000, 8))
BODIES = {"poem": POEM, "ruler": RULER}
