/** What an executable or library says of itself in its first bytes: ELF, Mach-O or PE, and for which processor. */

export interface ExecutableFormat {
  readonly format: "ELF" | "Mach-O" | "PE";
  readonly arch: "x64" | "arm64";
  /** The loader an ELF program asks for; `null` for a library and elsewhere. */
  readonly loader: string | null;
}

// elf.h: e_machine; mach/machine.h: cputype; PE format, "Machine Types".
const ELF_MACHINES: Readonly<Record<number, "x64" | "arm64">> = { 62: "x64", 183: "arm64" };
const MACH_O_CPUS: Readonly<Record<number, "x64" | "arm64">> = { 0x01000007: "x64", 0x0100000c: "arm64" };
const PE_MACHINES: Readonly<Record<number, "x64" | "arm64">> = { 0x8664: "x64", 0xaa64: "arm64" };
const PT_INTERP = 3;

/** `null` for what is none of these, for 32 bits, and for another processor. */
export function executableFormat(bytes: Uint8Array): ExecutableFormat | null {
  if (bytes.length < 64) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0, false);
  if (magic === 0x7f454c46 && bytes[4] === 2) {
    return named("ELF", ELF_MACHINES[view.getUint16(18, true)], elfLoader(view));
  }
  if (magic === 0xcffaedfe) return named("Mach-O", MACH_O_CPUS[view.getUint32(4, true)]);
  if (magic >>> 16 === 0x4d5a) {
    const header = view.getUint32(0x3c, true);
    if (header + 6 > bytes.length || view.getUint32(header, false) !== 0x50450000) return null;
    return named("PE", PE_MACHINES[view.getUint16(header + 4, true)]);
  }
  return null;
}

function named(
  format: ExecutableFormat["format"],
  arch: ExecutableFormat["arch"] | undefined,
  loader: string | null = null,
): ExecutableFormat | null {
  return arch === undefined ? null : { format, arch, loader };
}

function elfLoader(view: DataView): string | null {
  const headers = Number(view.getBigUint64(32, true));
  const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  for (let at = headers; at < headers + size * count && at + 40 <= view.byteLength; at += size) {
    if (view.getUint32(at, true) !== PT_INTERP) continue;
    const [start, length] = [
      Number(view.getBigUint64(at + 8, true)),
      Number(view.getBigUint64(at + 32, true)),
    ];
    // Without the NUL at its end.
    return new TextDecoder().decode(
      new Uint8Array(view.buffer, view.byteOffset + start, length - 1),
    );
  }
  return null;
}
