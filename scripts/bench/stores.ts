/** The secret stores that this machine has, each made so that nothing of the user's is touched. */
import { startPrivateBus } from "../../tests/contracts/private_bus.ts";

export interface BenchStore {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** `file` is everywhere; the others come with a reason when they can't be had. */
export async function openStores(): Promise<{ stores: BenchStore[]; missing: string[] }> {
  const stores: BenchStore[] = [{ name: "file", env: { AWS_VAULT_BACKEND: "file" }, close: async () => {} }];
  const missing: string[] = [];
  if (Deno.build.os === "linux") {
    // Items of the benchmark's own names in the user's keyring, which are removed in the end.
    stores.push({ name: "keyctl", env: { AWS_VAULT_BACKEND: "keyctl" }, close: async () => {} });
    try {
      stores.push(await secretService());
    } catch (error) {
      missing.push(`secret-service: ${(error as Error).message}`);
    }
  }
  return { stores, missing };
}

async function secretService(): Promise<BenchStore> {
  const bus = await startPrivateBus();
  try {
    await bus.startKeyring();
  } catch (error) {
    await bus.stop();
    throw error;
  }
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = bus.env;
  return {
    name: "secret-service",
    env: {
      AWS_VAULT_BACKEND: "secret-service",
      // gnome-keyring's own; one of another name would have to be made by asking.
      AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME: "login",
      DBUS_SESSION_BUS_ADDRESS: DBUS_SESSION_BUS_ADDRESS!,
      XDG_RUNTIME_DIR: XDG_RUNTIME_DIR!,
    },
    close: () => bus.stop(),
  };
}
