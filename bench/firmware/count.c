/* A plugin of QEMU's translator that counts guest instructions: from each `begin` that is executed to the next `end`,
   both included, less those of the functions in `skip`. The plugin also measures the stack that each such window uses
   below its `begin`: from the highest address that the push at `begin` stores to, down to the lowest address that any
   instruction of the window stores to. It discards a window if another one begins inside it, if `drop` is executed, or
   if `need` is not.

       -plugin count.so,begin=HEX,end=HEX:HEX...,skip=BEGIN:END:BEGIN:END...,drop=HEX,need=HEX,stack=BEGIN:END,out=FILE

   The file has a line `window <instructions> <stack>` per window, and a line `at <address> <times>` per instruction of
   the last window.

   Debian's QEMU loads plugins but has no header for them. The few declarations needed are therefore here, from QEMU's
   docs/devel/tcg-plugins, version 1 of the interface. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
enum { no_registers = 0, stores = 2 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb*));
void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void*), void*);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
bool qemu_plugin_mem_is_store(uint32_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*, void (*)(unsigned, void*), int, void*);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn*, void (*)(unsigned, uint32_t, uint64_t, void*), int, int,
                                      void*);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { most = 16, prologue = 8, code_size = 1 << 20 }; /* code at address 0 or at `base` */

static uint64_t base, begin, drop = ~0ULL, need, ends[most], skipped[most], stack_low, stack_high;
static size_t end_count, skipped_count;
static FILE* out;

static bool is_open, is_needed;
static uint64_t in_window, lowest, entry;
static uint32_t current[code_size / 2], last[code_size / 2];

static bool is_end(uint64_t address) {
    for (size_t i = 0; i < end_count; ++i)
        if (ends[i] == address) return true;
    return false;
}

static bool is_skipped(uint64_t address) {
    for (size_t i = 0; i + 1 < skipped_count; i += 2)
        if (skipped[i] <= address && address < skipped[i + 1]) return true;
    return false;
}

static void open_window(void) {
    memset(current, 0, sizeof current);
    is_open = true;
    is_needed = false;
    in_window = 0;
    lowest = stack_high;
    entry = 0;
}

static void close_window(void) {
    is_open = false;
    if (!is_needed) return;
    memcpy(last, current, sizeof last);
    fprintf(out, "window %" PRIu64 " %" PRIu64 "\n", in_window, entry > lowest ? entry - lowest : 0);
}

static void on_instruction(unsigned cpu, void* where) {
    const uint64_t address = (uint64_t)(uintptr_t)where;
    (void)cpu;
    if (address == begin) open_window();
    if (address == drop) is_open = false;
    if (address == need) is_needed = true;
    if (!is_open || is_skipped(address)) return;
    ++in_window;
    ++current[(address - base) % code_size / 2];
    if (is_end(address)) close_window();
}

static void on_store(unsigned cpu, uint32_t how, uint64_t address, void* unused) {
    (void)cpu, (void)unused;
    if (!is_open || !qemu_plugin_mem_is_store(how) || address < stack_low || address >= stack_high) return;
    if (address < lowest) lowest = address;
    if (in_window <= prologue && address + 4 > entry) entry = address + 4;
}

static void on_translation(plugin_id id, struct qemu_plugin_tb* block) {
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i) {
        struct qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, i);
        void* const where = (void*)(uintptr_t)qemu_plugin_insn_vaddr(instruction);
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_instruction, no_registers, where);
        qemu_plugin_register_vcpu_mem_cb(instruction, on_store, no_registers, stores, NULL);
    }
}

static void on_exit_of_qemu(plugin_id id, void* unused) {
    (void)id, (void)unused;
    for (size_t i = 0; i < code_size / 2; ++i)
        if (last[i] != 0) fprintf(out, "at %" PRIx64 " %" PRIu32 "\n", base + 2 * i, last[i]);
    fclose(out);
}

static uint64_t next_number(char** at) {
    const uint64_t number = strtoull(*at, at, 16);
    if (**at == ':') ++*at;
    return number;
}

static size_t take_numbers(char* value, uint64_t* to) {
    size_t count = 0;
    while (*value != '\0' && count < most) to[count++] = next_number(&value);
    return count;
}

static void take_argument(char* name, char* value) {
    if (strcmp(name, "out") == 0) out = fopen(value, "w");
    if (strcmp(name, "base") == 0) base = next_number(&value);
    if (strcmp(name, "begin") == 0) begin = next_number(&value);
    if (strcmp(name, "drop") == 0) drop = next_number(&value);
    if (strcmp(name, "need") == 0) need = next_number(&value);
    if (strcmp(name, "stack") == 0) stack_low = next_number(&value), stack_high = next_number(&value);
    if (strcmp(name, "end") == 0) end_count = take_numbers(value, ends);
    if (strcmp(name, "skip") == 0) skipped_count = take_numbers(value, skipped);
}

struct info;

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const struct info* info, int count,
                                                               char** arguments) {
    (void)info;
    for (int i = 0; i < count; ++i) {
        char* const equals = strchr(arguments[i], '=');
        if (equals == NULL) return 1;
        *equals = '\0';
        take_argument(arguments[i], equals + 1);
    }
    if (out == NULL) return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
