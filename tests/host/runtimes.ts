/** Runs a probe program under each runtime that has a host. */
import { bunProgram } from "./bun_program.ts";

/** Name, and the words before a script's path on a command line. Bun's are asked for when needed, so that Deno's tests run without it. */
export const RUNTIMES: readonly { readonly name: "deno" | "bun"; readonly words: () => string[] }[] = [
  { name: "deno", words: () => [Deno.execPath(), "run", "-A", "--no-config"] },
  { name: "bun", words: () => [bunProgram()] },
];

export interface ProbeResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The absolute path of a script in this folder. */
export function probePath(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

/** Runs a command to its end, with nothing on stdin, or these bytes. */
export async function runWords(
  words: readonly string[],
  options: { env?: Readonly<Record<string, string>>; clearEnv?: boolean; stdin?: string } = {},
): Promise<ProbeResult> {
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    clearEnv: options.clearEnv === true,
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** A word for `sh -c`. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
