/** Runs the host contract under Bun and prints one JSON line per case. Started by host_contract_test.ts. */
import * as fs from "node:fs";
import { createBunHost } from "../../src/host/bun.ts";
import { HOST_CONTRACT } from "./host_contract.ts";

const host = createBunHost();
for (const { name, run } of HOST_CONTRACT) {
  const folder = fs.realpathSync(fs.mkdtempSync("/tmp/aws-vault-contract-"));
  let failure: string | null = null;
  try {
    await run({ host, folder, makeSymlink: (target, path) => fs.symlinkSync(target, path) });
  } catch (error) {
    failure = error instanceof Error ? `${error.stack}` : String(error);
  }
  fs.rmSync(folder, { recursive: true });
  host.stdout.write(JSON.stringify({ name, failure }) + "\n");
}
host.exit(0);
