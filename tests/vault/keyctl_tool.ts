/** The system's own tool for the kernel keyring, to look at what we keep there and to clean up. */

/** What `keyctl` prints. Throws when it fails, naming the Debian package when it is not there. */
export function keyctl(...args: string[]): string {
  let output: Deno.CommandOutput;
  try {
    output = new Deno.Command("keyctl", { args }).outputSync();
  } catch (failure) {
    throw new Error("this test needs keyctl (Debian package keyutils)", { cause: failure });
  }
  if (!output.success) {
    throw new Error(`keyctl ${args[0]} failed: ${new TextDecoder().decode(output.stderr)}`);
  }
  return new TextDecoder().decode(output.stdout).trim();
}

/** The id of a key in the user's keyring; `null` when there is none. */
export function findKey(type: string, description: string): string | null {
  try {
    return keyctl("search", "@u", type, description);
  } catch (failure) {
    if (failure instanceof Error && /not available/.test(failure.message)) return null;
    throw failure;
  }
}

/** Removes a keyring of the user's keyring with all keys in it. */
export function removeKeyring(name: string): void {
  const id = findKey("keyring", name);
  if (id !== null) keyctl("unlink", id, "@u");
}
