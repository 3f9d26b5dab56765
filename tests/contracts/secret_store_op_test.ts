/** The contract on the 1Password stores, over doubles of the op program and of a Connect server. 1Password itself is not reached. */
import { FakeConnect } from "../fakes/fake_connect.ts";
import { FakeOp } from "../fakes/fake_op.ts";
import { connectStore, opStore } from "../vault/op_setup.ts";
import { secretStoreContract } from "./secret_store_contract.ts";

for (const backend of ["op", "op-desktop"] as const) {
  secretStoreContract(
    `OpStore ${backend} on a double of op`,
    () => Promise.resolve({ store: opStore(new FakeOp(), backend), close() {} }),
  );
}

secretStoreContract("OpStore on a double of a Connect server", () => {
  const server = new FakeConnect();
  return Promise.resolve({ store: connectStore(server), close: () => server.stop() });
});
