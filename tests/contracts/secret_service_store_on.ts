/** A secret-service store on a bus of the tests. */
import { busSockets } from "../../src/dbus/bus_address.ts";
import { connectLocal } from "../../src/host/deno_sockets.ts";
import { secureRandom, systemClock } from "../../src/host/system_clock.ts";
import type { SecretServiceDeps } from "../../src/vault/stores/secret_service.ts";
import {
  SecretServiceStore,
  type SecretServiceStoreDeps,
} from "../../src/vault/stores/secret_service_store.ts";

export function secretServiceDepsOn(address: string): SecretServiceDeps {
  return {
    connectLocal,
    sockets: busSockets(address),
    clock: systemClock,
    random: secureRandom,
    debug: () => {},
  };
}

export function secretServiceStoreOn(
  address: string,
  options: Partial<SecretServiceStoreDeps> = {},
): SecretServiceStore {
  return new SecretServiceStore({ ...secretServiceDepsOn(address), collection: "awsvault", ...options });
}
