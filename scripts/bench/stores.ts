/** The secret stores that this machine has, each made so that nothing of the user's is touched. */
import { startPrivateBus } from "../../tests/contracts/private_bus.ts";
import { startPrivateKwallet } from "../../tests/contracts/private_kwallet.ts";
import { type PasswordStore, realAgeStore, realPassStore } from "../../tests/vault/password_store_setup.ts";
import { onPath } from "./tools_on_path.ts";

export interface BenchStore {
  readonly name: string;
  /** A new and empty one, for one program. */
  readonly open: () => Promise<OpenStore>;
}

export interface OpenStore {
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** `file` is everywhere; of the others, those whose programs are there, and why the rest is left out. */
export async function storesOfThisMachine(): Promise<{ stores: BenchStore[]; missing: string[] }> {
  const stores: BenchStore[] = [{ name: "file", open: () => withoutProgram("file") }];
  const missing: string[] = [];
  if (Deno.build.os === "linux") {
    // Items of the benchmark's own names in the user's keyring, which are removed in the end.
    stores.push({ name: "keyctl", open: () => withoutProgram("keyctl") });
  }
  const withProgram = [
    ["secret-service", "gnome-keyring-daemon", secretService],
    ["kwallet", "kwalletd5", kwallet],
    ["pass", "pass", async () => passwordStore(await realPassStore())],
    ["passage", "passage", async () => passwordStore(await realAgeStore())],
  ] as const;
  for (const [name, program, open] of withProgram) {
    if (await onPath(program) === null) missing.push(`${name}: there is no ${program} on PATH`);
    else stores.push({ name, open });
  }
  missing.push("op: needs an account");
  return { stores, missing };
}

function withoutProgram(backend: string): Promise<OpenStore> {
  return Promise.resolve({ env: { AWS_VAULT_BACKEND: backend }, close: async () => {} });
}

async function secretService(): Promise<OpenStore> {
  const bus = await startPrivateBus();
  try {
    await bus.startKeyring();
  } catch (error) {
    await bus.stop();
    throw error;
  }
  return {
    env: {
      AWS_VAULT_BACKEND: "secret-service",
      // gnome-keyring's own; one of another name would have to be made by asking.
      AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME: "login",
      ...whereTheBusIs(bus.env),
    },
    close: () => bus.stop(),
  };
}

async function kwallet(): Promise<OpenStore> {
  const own = await startPrivateKwallet({ wallets: ["aws-vault"] });
  return {
    env: { AWS_VAULT_BACKEND: "kwallet", ...whereTheBusIs(own.bus.env) },
    close: () => own.stop(),
  };
}

function whereTheBusIs(env: Readonly<Record<string, string>>): Record<string, string> {
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = env;
  return { DBUS_SESSION_BUS_ADDRESS: DBUS_SESSION_BUS_ADDRESS!, XDG_RUNTIME_DIR: XDG_RUNTIME_DIR! };
}

function passwordStore({ flavor, env: { HOME, ...env }, remove }: PasswordStore): OpenStore {
  const identities = flavor === "passage" ? { PASSAGE_IDENTITIES_FILE: `${HOME}/.passage/identities` } : {};
  return { env: { ...env, ...identities, AWS_VAULT_BACKEND: flavor }, close: remove };
}
