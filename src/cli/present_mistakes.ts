/** Says on stderr that a file has lines that belong to no section, which commands that read single sections would never meet. */
import type { OutputStream } from "../host/host.ts";
import { presentNotice } from "./present.ts";

/** The first one is enough to look at the file; `doctor` lists more. */
export function presentMistakes(
  file: { mistakes(): readonly string[] },
  stderr: OutputStream,
): void {
  const [first, ...more] = file.mistakes();
  if (first === undefined) return;
  presentNotice(
    stderr,
    more.length === 0 ? first : `${first} (and ${more.length} more, see aws-vault doctor)`,
  );
}
