/**
 * The few bits of `struct termios` that raw input needs, patched into the bytes that tcgetattr gave: everything else in
 * them stays what the system put there. Output processing stays on, so `\n` still returns the carriage.
 */

interface Layout {
  readonly inputFlags: number;
  readonly localFlags: number;
  readonly controlCharacters: number;
  readonly vmin: number;
  readonly vtime: number;
  /** BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON */
  readonly inputOff: number;
  /** ECHO | ECHONL | ICANON | ISIG | IEXTEN */
  readonly localOff: number;
}

/** Larger than any of these structs. */
export const TERMIOS_BYTES = 128;

/**
 * Linux: <asm-generic/termbits.h> flags, <bits/termios-struct.h> of glibc and <bits/termios.h> of musl, which agree on x64
 * and arm64. macOS: https://github.com/apple-oss-distributions/xnu/blob/main/bsd/sys/termios.h (words are `unsigned
 * long`). FreeBSD: sys/sys/_termios.h.
 */
const LAYOUTS: Readonly<Record<"linux" | "darwin" | "freebsd", Layout>> = {
  linux: {
    inputFlags: 0,
    localFlags: 12,
    controlCharacters: 17,
    vmin: 6,
    vtime: 5,
    inputOff: 0x2 | 0x100 | 0x40 | 0x80 | 0x20 | 0x400,
    localOff: 0x8 | 0x40 | 0x2 | 0x1 | 0x8000,
  },
  darwin: {
    inputFlags: 0,
    localFlags: 24,
    controlCharacters: 32,
    vmin: 16,
    vtime: 17,
    inputOff: 0x2 | 0x100 | 0x40 | 0x80 | 0x20 | 0x200,
    localOff: 0x8 | 0x10 | 0x100 | 0x80 | 0x400,
  },
  freebsd: {
    inputFlags: 0,
    localFlags: 12,
    controlCharacters: 16,
    vmin: 16,
    vtime: 17,
    inputOff: 0x2 | 0x100 | 0x40 | 0x80 | 0x20 | 0x200,
    localOff: 0x8 | 0x10 | 0x100 | 0x80 | 0x400,
  },
};

/** A copy in which input is unedited, unechoed and raises no signals. */
export function rawModes(os: "linux" | "darwin" | "freebsd", modes: Uint8Array): Uint8Array {
  const layout = LAYOUTS[os];
  const raw = modes.slice();
  // The flags fit 32 bits; of macOS's 64-bit words the low half comes first.
  const view = new DataView(raw.buffer);
  const clear = (at: number, bits: number) => view.setUint32(at, view.getUint32(at, true) & ~bits, true);
  clear(layout.inputFlags, layout.inputOff);
  clear(layout.localFlags, layout.localOff);
  raw[layout.controlCharacters + layout.vmin] = 1;
  raw[layout.controlCharacters + layout.vtime] = 0;
  return raw;
}
