/** SHA256SUMS: the lines that `sha256sum -c` reads. */

/** One line for each file in the folder, by name; `SHA256SUMS` itself left out. */
export async function checksums(folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name !== "SHA256SUMS") names.push(name);
  }
  const lines: string[] = [];
  for (const name of names.sort()) {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${name}`));
    lines.push(`${new Uint8Array(digest).toHex()}  ${name}\n`);
  }
  return lines.join("");
}

/** Digests in hex by file name. Throws on a line that is none. */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").filter((line) => line !== "").map((line) => {
      const [, digest, name] = /^([0-9a-f]{64}) [ *]([^/]+)$/.exec(line) ?? [];
      if (digest === undefined || name === undefined) throw new Error(`not a checksum: ${line}`);
      return [name, digest];
    }),
  );
}
