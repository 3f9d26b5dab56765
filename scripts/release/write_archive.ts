/**
 * Packs a folder so that the same files give the same bytes: entries sorted, one date, no owner, modes 0644 and 0755 whatever
 * the umask was, and nothing of the machine in the headers.
 */
import { Buffer } from "node:buffer";
import { create } from "tar";
import { ZipFile } from "yazl";

/** The usual trade: level 9 takes three times as long for 2% less. */
const LEVEL = 6;

export interface ArchiveSource {
  /** Folder that holds the one to be packed. */
  readonly parent: string;
  /** Name of the folder to be packed. */
  readonly name: string;
  /** Epoch seconds. */
  readonly date: number;
  /** Files that may be run, as paths in the folder. */
  readonly executables: readonly string[];
}

/** Writes a `.tar.gz`: every file, no entries for folders, owner 0. */
export async function writeTarGz(source: ArchiveSource, archive: string): Promise<void> {
  const executables = source.executables.map((path) => `${source.name}/${path}`);
  await create({
    file: archive,
    cwd: source.parent,
    gzip: { level: LEVEL },
    portable: true,
    noPax: true,
    mtime: new Date(source.date * 1000),
    onWriteEntry(entry) {
      if (entry.stat !== undefined) entry.stat.mode = fileMode(executables.includes(entry.path));
    },
  }, await filesOf(source));
}

/** Writes a `.zip` with the Unix modes and DOS dates, which are counted in UTC here. */
export async function writeZip(source: ArchiveSource, archive: string): Promise<void> {
  const executables = source.executables.map((path) => `${source.name}/${path}`);
  const zip = new ZipFile();
  const options = { mtime: utcAsLocal(source.date), forceDosTimestamp: true, compressionLevel: LEVEL };
  for (const path of await filesOf(source)) {
    const bytes = await Deno.readFile(`${source.parent}/${path}`);
    zip.addBuffer(Buffer.from(bytes.buffer), path, {
      ...options,
      mode: fileMode(executables.includes(path)),
    });
  }
  zip.end();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as unknown as Uint8Array<ArrayBuffer>);
  await Deno.writeFile(archive, new Blob(chunks).stream());
}

function fileMode(executable: boolean): number {
  return 0o100000 | (executable ? 0o755 : 0o644);
}

/** DOS dates have no time zone, and the library takes the machine's. */
function utcAsLocal(seconds: number): Date {
  const utc = new Date(seconds * 1000);
  return new Date(
    utc.getUTCFullYear(),
    utc.getUTCMonth(),
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    utc.getUTCSeconds(),
  );
}

async function filesOf({ parent, name }: Pick<ArchiveSource, "parent" | "name">): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(`${parent}/${name}`)) {
    const path = `${name}/${entry.name}`;
    if (entry.isDirectory) paths.push(...await filesOf({ parent, name: path }));
    else paths.push(path);
  }
  // By code unit, not by the machine's language.
  return paths.sort((a, b) => a < b ? -1 : 1);
}
