/**
 * Replaces a file whole: a reader sees the old bytes or the new ones, also after a crash or a full disk. Bytes go to a
 * temporary file beside it (0600), to the disk, and then take its name.
 */
import type { Clock, Files, Random } from "./host.ts";

export interface ReplaceOptions {
  /** Permission bits of the finished file. */
  readonly mode: number;
  /** An existing file keeps the bits it has. */
  readonly keepMode?: boolean;
  /** Asked when all that is left is the rename: whether the bytes may still take the name. */
  readonly stillWanted?: () => boolean;
}

const TEMPORARY_PREFIX = ".aws-vault-tmp-";
const TEMPORARY_RANDOM_BYTES = 8;
/** A write takes milliseconds; what is older was left by a process that was killed. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;
/** As many as Linux follows: https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const MOST_LINKS = 40;

/**
 * A symlink stays one: the file it leads to is replaced, or made where a dangling one points. Whether it was replaced: `false` only
 * when no longer wanted. Throws what {@link Files} throws, and then has removed the temporary file.
 */
export function replaceFile(
  files: Files,
  random: Random,
  path: string,
  bytes: Uint8Array,
  options: ReplaceOptions,
): boolean {
  const target = followLinks(files, path);
  const folder = parentDirectory(files, target);
  const mode = options.keepMode ? files.stat(target)?.mode ?? options.mode : options.mode;
  const temporary = join(files, folder, TEMPORARY_PREFIX + hex(random.bytes(TEMPORARY_RANDOM_BYTES)));
  files.createExclusive(temporary, bytes, 0o600);
  try {
    if (mode !== 0o600) files.setMode(temporary, mode);
    if (options.stillWanted?.() === false) {
      files.remove(temporary);
      return false;
    }
    files.rename(temporary, target);
  } catch (failure) {
    removeQuietly(files, temporary);
    throw failure;
  }
  files.syncDirectory(folder);
  return true;
}

/** Whether a name is that of a temporary file of {@link replaceFile}. */
export function isTemporaryFile(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX);
}

/** Removes temporary files that killed runs have left in a folder. Never throws: nothing depends on it. */
export function sweepLeftovers(files: Files, clock: Pick<Clock, "now">, folder: string): void {
  try {
    for (const name of files.list(folder) ?? []) {
      if (!isTemporaryFile(name)) continue;
      const path = join(files, folder, name);
      const info = files.stat(path, { noFollow: true });
      if (info?.kind === "file" && clock.now() - info.modifiedAt > LEFTOVER_AGE_MS) {
        removeQuietly(files, path);
      }
    }
  } catch {
    // A folder that can't be listed keeps its leftovers.
  }
}

/**
 * Removes what killed runs have left beside a file, where it holds something that is to be gone from there. Unlike {@link sweepLeftovers} at any age: a
 * write that is just under way fails then, and says so.
 */
export function removeLeftoversBeside(
  files: Files,
  path: string,
  isDoomed: (content: string) => boolean,
): void {
  const folder = parentDirectory(files, followLinks(files, path));
  for (const name of files.list(folder) ?? []) {
    if (!isTemporaryFile(name)) continue;
    const leftover = join(files, folder, name);
    const isFile = files.stat(leftover, { noFollow: true })?.kind === "file";
    if (isFile && isDoomed(files.readText(leftover) ?? "")) files.remove(leftover);
  }
}

/** One name for a file that may be reached by several, also for one that is not there yet. */
export function canonicalPath(files: Files, path: string): string {
  const target = followLinks(files, path);
  const real = files.realPath(target);
  if (real !== null) return real;
  const parent = parentDirectory(files, target);
  if (parent === target) return target;
  return join(files, canonicalPath(files, parent), target.slice(lastSeparator(files, target) + 1));
}

function followLinks(files: Files, path: string): string {
  const real = files.realPath(path);
  if (real !== null) return real;
  let place = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = files.readLink(place);
    if (link === null) break;
    place = isAbsolute(files, link) ? link : join(files, parentDirectory(files, place), link);
  }
  return place;
}

function removeQuietly(files: Files, path: string): void {
  try {
    files.remove(path);
  } catch {
    // What led here is the failure to report.
  }
}

function isAbsolute(files: Files, path: string): boolean {
  return isSeparator(files, path[0]) || (files.backslashSeparates && /^[A-Za-z]:[/\\]/.test(path));
}

function parentDirectory(files: Files, path: string): string {
  const end = lastSeparator(files, path);
  if (end < 0) return ".";
  const parent = path.slice(0, end);
  return parent === "" || (files.backslashSeparates && /^[A-Za-z]:$/.test(parent)) ? `${parent}/` : parent;
}

/** -1 when there is none. */
function lastSeparator(files: Files, path: string): number {
  let at = path.length - 1;
  while (at >= 0 && !isSeparator(files, path[at])) at--;
  return at;
}

function join(files: Files, folder: string, name: string): string {
  return isSeparator(files, folder.at(-1)) ? folder + name : `${folder}/${name}`;
}

function isSeparator(files: Files, character: string | undefined): boolean {
  return character === "/" || (files.backslashSeparates && character === "\\");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
