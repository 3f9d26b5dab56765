/**
 * Two prefixes that the runtime compares in machine code instead of keeping as text: `BUN_JSC_` (any option of the JavaScript
 * engine) and `mimalloc_` (options of the allocator). One instruction of each comparison is changed so that it never matches.
 */
import type { BunTarget } from "./bun_targets.ts";

/** Bytes of machine code that a following comparison may stand away, and instructions on ARM. */
const REACH = { x64: 10, arm64: 5 };
const JSC_PREFIX = new TextEncoder().encode("BUN_JSC_");
const MIMALLOC = new TextEncoder().encode("mimalloc");

/** Changes in place; answers what was not found exactly once. */
export function silenceComparedPrefixes(bytes: Uint8Array, target: BunTarget): string[] {
  const arm = target.includes("arm64");
  const comparisons = arm ? silenceArmComparison(bytes) : silenceIntelComparison(bytes);
  const complaints = comparisons === 1
    ? []
    : [`comparison with BUN_JSC_: expected once, found ${comparisons}`];
  if (arm) return complaints;
  const loads = silenceAllocatorPrefix(bytes);
  return loads === 1 ? complaints : [...complaints, `load of mimalloc_: expected once, found ${loads}`];
}

/**
 * x86-64 compares byte by byte: `cmp byte [r], 'B'; jne next; cmp byte [r+1], 'U'; jne next; …`. The first `jne` (75)
 * becomes `jmp` (EB): always on to the next variable.
 */
function silenceIntelComparison(bytes: Uint8Array): number {
  let found = 0;
  for (let at = bytes.indexOf(0x42); at >= 0; at = bytes.indexOf(0x42, at + 1)) {
    if (bytes[at + 1] !== 0x75 || !intelChain(bytes, at)) continue;
    bytes[at + 1] = 0xeb;
    found++;
  }
  return found;
}

/** Whether comparisons of the prefix's further bytes, each with its offset before it, follow closely. */
function intelChain(bytes: Uint8Array, first: number): boolean {
  let at = first;
  for (let offset = 1; offset < JSC_PREFIX.length; offset++) {
    let next = at + 3;
    while (next <= at + REACH.x64 && !(bytes[next - 1] === offset && bytes[next] === JSC_PREFIX[offset])) {
      next++;
    }
    if (next > at + REACH.x64) return false;
    at = next;
  }
  return true;
}

/**
 * ARM64 does the same with `cmp wN, #'B'`; the immediate has 12 bits, so one that no byte can have (0x142) never matches.
 * Encoding of `cmp` (SUBS, 32 bits, immediate): Arm Architecture Reference Manual, C6.2.
 */
function silenceArmComparison(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let found = 0;
  for (let at = 0; at < words.length; at++) {
    if (comparedWith(words[at]) !== JSC_PREFIX[0] || !armChain(words, at)) continue;
    words[at] = (words[at] ?? 0) | (0x100 << 10);
    found++;
  }
  return found;
}

function armChain(words: Uint32Array, first: number): boolean {
  let at = first;
  for (let offset = 1; offset < JSC_PREFIX.length; offset++) {
    let next = at + 1;
    while (next <= at + REACH.arm64 && comparedWith(words[next]) !== JSC_PREFIX[offset]) next++;
    if (next > at + REACH.arm64) return false;
    at = next;
  }
  return true;
}

/** The immediate of a `cmp wN, #imm`; `null` for any other instruction. */
function comparedWith(word: number | undefined): number | null {
  if (word === undefined || ((word & 0xffc0001f) >>> 0) !== 0x7100001f) return null;
  return (word >>> 10) & 0xfff;
}

/**
 * x86-64 loads the eight letters as one immediate (`movabs`: REX.W, B8+r). A control character in the first place makes the
 * allocator ask for variables that nobody can name by accident; NUL would make it ask for bare words.
 */
function silenceAllocatorPrefix(bytes: Uint8Array): number {
  let found = 0;
  for (let at = bytes.indexOf(0x6d, 2); at >= 0; at = bytes.indexOf(0x6d, at + 1)) {
    const opcode = bytes[at - 1] ?? 0;
    const rex = bytes[at - 2] ?? 0;
    if ((rex !== 0x48 && rex !== 0x49) || opcode < 0xb8 || opcode > 0xbf) continue;
    if (!MIMALLOC.every((letter, index) => bytes[at + index] === letter)) continue;
    bytes[at] = 1;
    found++;
  }
  return found;
}
