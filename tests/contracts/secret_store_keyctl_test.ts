/**
 * The contract on the keyctl store, with the real kernel keyring: in this process's session, in one whose session keyring is new and empty, and
 * in one that has none any more. Needs Debian's package keyutils.
 */
import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import { KernelKeyring } from "../../src/vault/kernel_keyring.ts";
import { KeyctlStore } from "../../src/vault/stores/keyctl_store.ts";
import { removeKeyring } from "../vault/keyctl_tool.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

const INNER = "AWS_VAULT_TEST_KEYCTL_INNER";
const host = createDenoHost();
let count = 0;

secretStoreContract("KeyctlStore on the real kernel keyring", async () => {
  const ring = `aws-vault-test-${host.pid}-${count++}`;
  const store = new KeyctlStore(new KernelKeyring(await host.native(), host.arch, ring));
  return { store, close: () => removeKeyring(ring) };
});

/** Shell commands that run "$@" in such a session. */
const SESSIONS = {
  "a new and empty session keyring": 'exec keyctl session - "$@"',
  "a session keyring that was revoked": 'exec keyctl session - sh -c \'keyctl revoke @s; exec "$@"\' sh "$@"',
};

if (!Deno.env.has(INNER)) {
  for (const [title, script] of Object.entries(SESSIONS)) {
    Deno.test(`KeyctlStore passes the contract in a process with ${title}`, async () => {
      const test = [
        Deno.execPath(),
        "test",
        "-A",
        "--no-check",
        "--quiet",
        new URL(import.meta.url).pathname,
      ];
      const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
        args: ["-c", script, "sh", ...test],
        env: { [INNER]: "1", NO_COLOR: "1" },
      }).output();
      const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, output);
      assert.match(output, /ok \| 9 passed \| 0 failed/);
    });
  }
}
