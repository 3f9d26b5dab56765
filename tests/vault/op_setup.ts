/** 1Password stores over doubles, for tests: a program called op, and a Connect server on loopback. */
import { createDenoHost } from "../../src/host/deno.ts";
import { Secret } from "../../src/secret.ts";
import { OpCli, type OpCliDeps } from "../../src/vault/stores/op_cli.ts";
import { OpConnect, type OpConnectDeps } from "../../src/vault/stores/op_connect.ts";
import { OpStore } from "../../src/vault/stores/op_store.ts";
import { CONNECT_TOKEN, CONNECT_VAULT, type FakeConnect } from "../fakes/fake_connect.ts";
import { type FakeOp, OP_ACCOUNT, OP_TOKEN, OP_VAULT } from "../fakes/fake_op.ts";

const host = createDenoHost();
export const SHAPE = { titlePrefix: "aws-vault", tag: "aws-vault" };

export function opStore(
  double: FakeOp,
  backend: "op" | "op-desktop" = "op",
  deps: Partial<OpCliDeps> = {},
): OpStore {
  const vault = new OpCli({
    os: "linux",
    vault: OP_VAULT,
    shape: SHAPE,
    timeoutMs: 15_000,
    token: backend === "op" ? () => Promise.resolve(new Secret(OP_TOKEN)) : null,
    account: backend === "op" ? null : OP_ACCOUNT,
    processes: () => Promise.resolve(double),
    clock: host.clock,
    mayAsk: false,
    note: () => {},
    env: { PATH: "/double" },
    ...deps,
  });
  return new OpStore(backend, vault, SHAPE);
}

export function connectStore(server: FakeConnect, deps: Partial<OpConnectDeps> = {}): OpStore {
  const vault = new OpConnect({
    transport: () => host.http(),
    proxyFor: () => null,
    host: server.url,
    vault: CONNECT_VAULT,
    shape: SHAPE,
    token: () => Promise.resolve(new Secret(CONNECT_TOKEN)),
    timeoutMs: 5_000,
    ...deps,
  });
  return new OpStore("op-connect", vault, SHAPE);
}
