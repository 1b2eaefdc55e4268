"""Reads a linked image with binutils: sections, symbols, frames and calls."""

import bisect
import collections
import functools
import re
import subprocess

Function = collections.namedtuple("Function", "address size name section")
Call = collections.namedtuple("Call", "depth target")  # stack in use at the call; the callee's address, None: any

# The sections of image.ld. No number would count a byte in another section.
KNOWN = {".board", ".libc", ".text", ".strings", ".rodata", ".constructors", ".unwind", ".ARM.exidx", ".board_ram",
         ".data", ".bss"}


class Image:
    def __init__(self, path, prefix, known=KNOWN):
        self.path, self.prefix, self.known = path, prefix, known
        self.riscv = prefix.startswith("riscv")
        self._offsets = {}
        self.sections = dict(self._read_sections())
        unknown = {name for name, (_, size) in self.sections.items() if size} - known
        if unknown:
            raise SystemExit(f"{path}: image.ld does not place {', '.join(sorted(unknown))}")
        self.functions, self.objects = self._read_symbols()
        self._starts = sorted(self.functions)
        self.code = self._read_code()
        self.address_taken = self._read_address_taken()

    def run(self, tool, *arguments, stdin=None):
        return self.run_on(self.path, tool, *arguments, stdin=stdin)

    def run_on(self, file, tool, *arguments, stdin=None):
        command = [self.prefix + tool, *arguments, file]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True).stdout

    def size(self, section):
        return self.sections.get(section, (0, 0))[1]

    def section_at(self, address):
        for name, (begin, size) in self.sections.items():
            if begin <= address < begin + size:
                return name
        return None

    def function_at(self, address):
        """The function that has this address in it."""
        i = bisect.bisect_right(self._starts, address) - 1
        f = self.functions[self._starts[i]] if i >= 0 else None
        return f if f and address < f.address + f.size else None

    def function(self, name):
        return next(f for f in self.functions.values() if f.name == name)

    def _read_sections(self):
        for line in self.run("readelf", "-SW").splitlines():
            m = re.match(r"\s*\[ *\d+\] (\S+)\s+\S+\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) \d\d +\w*A\w* ", line)
            if m:
                self._offsets[m[1]] = int(m[3], 16)
                yield m[1], (int(m[2], 16), int(m[4], 16))

    def _read_symbols(self):
        functions, objects = {}, {}
        for line in self.run("readelf", "-sWC").splitlines():
            m = re.match(r"\s*\d+: ([0-9a-f]+) +(\w+) (FUNC|OBJECT|NOTYPE) +\w+ +\w+ +(?:\[.*\] +)?(\d+) (.+)", line)
            if not m:
                continue
            address, size, name = int(m[1], 16), int(m[2], 0), m[5].strip()
            section = self.section_at(address & ~1)
            if m[3] == "FUNC":
                address &= ~1  # Thumb
                functions[address] = Function(address, size, name, section)
            elif m[3] == "OBJECT" and size:
                objects[address] = (size, name, section)
            elif section == ".libc" and not name.startswith(("$", ".L")):
                functions.setdefault(address, Function(address, 0, name, section))
        starts = sorted(functions)
        for start, following in zip(starts, [*starts[1:], 1 << 32]):  # assembly need not say its size
            f = functions[start]
            if f.size == 0:
                begin, size = self.sections[f.section]
                functions[start] = f._replace(size=min(following, begin + size) - start)
        return functions, objects

    def _read_code(self):
        """address -> (mnemonic, operands, comment), of instructions alone."""
        code = {}
        comment = "#" if self.riscv else "@;"
        sections = [f"-j{s}" for s in (".board", ".lwip", ".bearssl", ".libc", ".text") if self.size(s)]
        for line in self.run("objdump", "-dw", "--no-show-raw-insn", *sections).splitlines():
            m = re.match(rf" *([0-9a-f]+):\t(\S+)\s*([^{comment}]*)(.*)", line)
            if m and not m[2].startswith("."):
                code[int(m[1], 16)] = (m[2], m[3].strip(), m[4])
        return code

    def _read_address_taken(self):
        """Finds the functions that a pointer may point to: those named by a relocation that is no jump or call."""
        taken, wanted = set(), False
        for line in self.run("readelf", "-rW").splitlines():
            m = re.match(r"Relocation section '\.rela?(\S+)'", line)
            if m:
                wanted = m[1] in self.known
            fields = line.split()
            if not wanted or not re.match("[0-9a-f]{8} ", line) or re.search("CALL|JUMP|JAL|BRANCH|LO12|RELAX|NONE", fields[2]):
                continue
            if fields[2] == "R_ARM_ABS32":  # the addend, too, is in the place
                address = int.from_bytes(self.content(int(fields[0], 16), 4), "little")
            else:
                addend = int(fields[-1], 16) if fields[-2] in ("+", "-") else 0
                address = int(fields[3], 16) + (-addend if fields[-2] == "-" else addend)
            if address & ~1 in self.functions:
                taken.add(address & ~1)
        return taken

    def content(self, address, size):
        with open(self.path, "rb") as file:
            section = self.section_at(address)
            file.seek(self._offsets[section] + address - self.sections[section][0])
            return file.read(size)

    # ------------------------------------------------------------------------------------------------------- stack

    @functools.cache
    def frame(self, start):
        """(the most that the function has on the stack itself, its calls)"""
        return Frame(self, self.functions[start]).result()

    def callees(self, start):
        """Yields (stack in use, address) per function that it may call, except functions that are not linked."""
        calls = self.frame(start)[1] if start in self.functions else ()
        if any(target is None for _, target in calls) and not self.address_taken:
            raise SystemExit(f"{self.path}: {self.functions[start].name} calls by a pointer, and there is none")
        for depth, target in calls:
            for t in [target] if target is not None else self.called_by_pointer(start):
                if t not in self.functions and (around := self.function_at(t)):
                    t = around.address  # assembly of libc jumps into the middle of a neighbour
                if t in self.functions and self.functions[t].section != ".board":
                    yield depth, t
                elif t not in self.functions and self.section_at(t):
                    raise SystemExit(f"{self.path}: {self.functions[start].name} calls {t:x}, which is no function")

    def called_by_pointer(self, start):
        """All functions that a pointer may point to. A site's table only points to the functions of its rows."""
        is_site = re.search(r"detail::site<.*>::operator\(\)", self.functions[start].name)
        return [t for t in sorted(self.address_taken) if not is_site or "::serve<" in self.functions[t].name]

    @functools.cached_property
    def cycles(self):
        """The call paths, as names, by which a function that main reaches calls itself."""
        found, done = [], set()

        def visit(start, way):
            if start in way:
                found.append([self.functions[a].name for a in way[way.index(start):]])
            elif start not in done:
                for _, target in self.callees(start):
                    visit(target, [*way, start])
                done.add(start)

        visit(self.function("main").address, [])
        return found

    @functools.cache
    def stack(self, start):
        """(bytes, the functions on the deepest path), without the frames of the board. There must be no cycles."""
        own = (self.frame(start)[0], [start])
        ways = ((depth + below, [start, *way])
                for depth, target in self.callees(start) for below, way in [self.stack(target)])
        return max([own, *ways], key=lambda way: way[0])


MOST = 1 << 16  # no frame is that large


class Frame:
    """Follows a function from its entry along every branch, and tracks its stack depth. Fails with an error at an
    instruction that changes the stack pointer in an unknown way."""

    def __init__(self, image, function):
        self.image, self.function = image, function
        self.end = function.address + function.size
        self.own = sorted(a for a in image.code if function.address <= a < self.end)
        self.before = {}  # stack in use at an instruction
        self.depth = {}  # and the most during it
        self.calls = set()
        self.switches = []  # depths at which the function jumps by a table
        self.tail_jumps = []

    def result(self):
        self.follow([(self.function.address, 0)])
        unreached = [a for a in self.own if a not in self.depth and self.image.code[a][0] not in ("nop", "nop.n")]
        tables = self.switches or (self.tail_jumps if unreached else [])
        if unreached and tables:
            self.follow([(unreached[0], tables[0])])
            while rest := [a for a in self.own if a not in self.depth and self.image.code[a][0] != "nop"]:
                self.follow([(rest[0], tables[0])])
        elif self.tail_jumps:
            self.calls |= {Call(depth, None) for depth in self.tail_jumps}
        return max(self.depth.values(), default=0), frozenset(self.calls)

    def follow(self, work):
        step = self.step_riscv if self.image.riscv else self.step_arm
        while work:
            address, depth = work.pop()
            if depth <= self.before.get(address, -1):
                continue  # already seen with more on the stack: this path follows a call that does not return
            self.before[address] = depth
            if depth > MOST:
                self.unknown(address, "the stack grows without end")
            if address not in self.image.code:
                self.unknown(address, "no instruction")
            after, jumps, goes_on = step(address, depth)
            self.depth[address] = max(depth, after)
            for target in jumps:
                if self.function.address <= target < self.end:
                    work.append((target, after))
                else:
                    self.calls.add(Call(after, target))
            if goes_on:
                following = self.own.index(address) + 1
                if following == len(self.own):  # after a call that does not return
                    continue
                work.append((self.own[following], after))

    def unknown(self, address, what):
        raise SystemExit(f"{self.image.path}: {self.function.name}: {address:x}: {what}: not understood")

    def call(self, depth, target):
        self.calls.add(Call(depth, target))

    def has_popped(self, register, before):
        """Thumb-1 returns by another register if it also has to remove spilled register arguments from the stack."""
        at = self.own.index(before)
        return any(self.image.code[a][:2] == ("pop", f"{{{register}}}") for a in self.own[max(at - 2, 0) : at])

    def step_arm(self, address, depth):
        """(stack after the instruction, addresses it may jump to, whether the next instruction may follow)"""
        op, operands, _ = self.image.code[address]
        op = re.sub(r"\.[nw]$", "", op)
        condition = re.fullmatch(r"(b|bx|blx|pop|ldmia|ldr|bl)(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)", op)
        base = condition[1] if condition else op
        target = re.search(r"\b([0-9a-f]+) <", operands)
        target = int(target[1], 16) if target else None
        may_go_on = bool(condition)

        if base in ("push", "pop", "stmdb", "ldmia") and (base in ("push", "pop") or operands.startswith("sp!")):
            size = 4 * len(registers(operands))
            if base in ("push", "stmdb"):
                return depth + size, [], True
            if "pc" in operands:
                return depth, [], may_go_on
            return depth - size, [], True
        if base == "bl" and self.function.address < target < self.end:  # a jump further than `b` reaches
            return depth, [target], False
        if base == "bl" or (base == "blx" and target is not None):
            self.call(depth, target)
            if self.image.functions[target].name.startswith("__gnu_thumb1_case"):
                self.switches.append(depth)
                return depth, [], False
            return depth, [], True
        if base == "blx":
            self.call(depth, None)
            return depth, [], True
        if base == "bx":
            if operands != "lr" and not self.has_popped(operands, address):
                self.call(depth, None)
            return depth, [], may_go_on
        if base in ("b", "cbz", "cbnz"):
            return depth, [target], may_go_on or base != "b"
        if base in ("tbb", "tbh") or (base == "mov" and operands.startswith("pc,")):
            self.switches.append(depth)
            return depth, [], False
        if base == "udf":
            return depth, [], False
        if m := re.fullmatch(r"(add|sub)w? sp, (?:sp, )?#(\d+)", f"{base} {operands}"):
            return depth + int(m[2]) * (1 if m[1] == "sub" else -1), [], True
        if m := re.search(r"\[sp, #-(\d+)\]!$", operands):
            return depth + int(m[1]), [], True
        if m := re.search(r"\[sp\], #(\d+)$", operands):
            if operands.startswith("pc"):
                return depth, [], may_go_on
            return depth - int(m[1]), [], True
        if m := re.fullmatch(r"add sp, (?:sp, )?(r\d+)", f"{base} {operands}"):
            return depth - self.constant_in(m[1], address), [], True
        if "sp!" in operands or (operands.startswith("sp,") and not base.startswith(("str", "stm", "cmp", "tst"))):
            self.unknown(address, f"{op} {operands}")
        return depth, [], True

    def constant_in(self, register, address):
        """The constant, signed, that the instructions before the address have put into a register of Thumb-1."""
        shift = 0
        for before in reversed(self.own[:self.own.index(address)]):
            op, operands, comment = self.image.code[before]
            if not operands.startswith(f"{register}, "):
                continue
            if m := re.fullmatch(rf"lsls {register}, {register}, #(\d+)", f"{op} {operands}"):
                shift += int(m[1])
            elif m := re.fullmatch(rf"movs {register}, #(\d+)", f"{op} {operands}"):
                return int(m[1]) << shift
            elif op == "ldr" and (m := re.search(r"\[pc.*\(([0-9a-f]+) <", operands + comment)):
                return int.from_bytes(self.image.content(int(m[1], 16), 4), "little", signed=True) << shift
            else:
                break
        self.unknown(address, f"add sp, {register}")

    def step_riscv(self, address, depth):
        op, operands, comment = self.image.code[address]
        words = operands.split(",")
        target = re.search(r"\b([0-9a-f]+) <", operands) or re.search(r"\b([0-9a-f]+) <", comment)
        target = int(target[1], 16) if target else None

        if op in ("jal", "jalr"):
            if words[0] == "t0":
                self.unknown(address, f"{op} {operands}")
            self.call(depth, target)
            return depth, [], True
        if op == "ret" or (op == "jr" and operands == "ra"):
            return depth, [], False
        if op == "jr":
            if target is not None:
                return depth, [target], False
            self.tail_jumps.append(depth)
            return depth, [], False
        if op == "j":
            return depth, [target], False
        if op.startswith("b") and target is not None:
            return depth, [target], True
        if op in ("ebreak", "unimp"):
            return depth, [], False
        if words[0] == "sp" and not op.startswith("s"):
            m = re.fullmatch(r"addi? sp,sp,(-?\d+)", f"{op} {operands}")
            if not m:
                self.unknown(address, f"{op} {operands}")
            return depth - int(m[1]), [], True
        return depth, [], True


def registers(operands):
    """The registers of an Arm list: "{r4-r6, lr}" has four."""
    found = []
    for word in re.search(r"\{(.*)\}", operands)[1].split(","):
        first, _, last = word.strip().partition("-")
        found += [first] if not last else range(int(first[1:]), int(last[1:]) + 1)
    return found
