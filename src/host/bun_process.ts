/** Bun's `process` object, under the types of the part that the Bun host uses. */
import type { BunProcess } from "./bun_globals.d.ts";

export const bunProcess: BunProcess = (globalThis as unknown as { process: BunProcess }).process;
