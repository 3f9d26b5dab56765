/**
 * File names of the `file` store. aws-vault percent-encodes `/` and `%` and decodes every `%XX`; what some system can't
 * have in a file name is encoded the same way here, so that aws-vault's listing still shows the right name.
 */
import type { OperatingSystem } from "../../host/host.ts";

/** The longest name in bytes that ext4, APFS, XFS and Btrfs take; NTFS takes as many UTF-16 units, so this is on the safe side. */
const MAX_BYTES = 255;

// deno-lint-ignore no-control-regex
const REFUSED_BY_WINDOWS = /[\u0000-\u001f<>:"\\|?*]|[. ]$/g;
/** Names of devices, with any extension: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** The name of the item's file. */
export function itemFileName(item: string, os: OperatingSystem): string {
  const name = item.replace(/[%/]/g, encodeAscii);
  if (name === "." || name === "..") return name.replace(/\./g, encodeAscii);
  if (os !== "windows") return name;
  const legal = name.replace(REFUSED_BY_WINDOWS, encodeAscii);
  return WINDOWS_DEVICE.test(legal) ? encodeAscii(legal[0]!) + legal.slice(1) : legal;
}

/** The item whose file has this name; `null` when no item's file is called so. */
export function itemOfFileName(fileName: string, os: OperatingSystem): string | null {
  const item = fileName.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split("%"), (hex) => parseInt(hex, 16));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  });
  return item !== "" && itemFileName(item, os) === fileName ? item : null;
}

/** `null`, or how long the name is in bytes, if it is too long for a file. */
export function excessLength(fileName: string): number | null {
  const { length } = new TextEncoder().encode(fileName);
  return length > MAX_BYTES ? length : null;
}

function encodeAscii(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
