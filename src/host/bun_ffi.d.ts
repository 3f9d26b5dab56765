/** The part of Bun's `bun:ffi` that the Bun host uses, for the type checker; at run time Bun provides the module. */
export interface BunSymbol {
  readonly args: readonly string[];
  readonly returns: string;
}
export function dlopen(
  path: string,
  symbols: Record<string, BunSymbol>,
): { symbols: Record<string, (...args: unknown[]) => unknown>; close(): void };
export function ptr(buffer: Uint8Array): number;
export function toArrayBuffer(address: number, offset: number, length: number): ArrayBuffer;
export const read: { i32(address: number, offset?: number): number };
