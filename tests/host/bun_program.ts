/** Where the tests find Bun: the Bun host can only be tested under it. */

/** Throws one clear line when AWS_VAULT_TEST_BUN is not set. */
export function bunProgram(): string {
  const program = Deno.env.get("AWS_VAULT_TEST_BUN");
  if (!program) {
    throw new Error("set AWS_VAULT_TEST_BUN to the path of a bun executable to test the Bun host");
  }
  return program;
}
