/** The kernel keyring as it is on this machine, seen from both sides. Needs Debian's package keyutils. */
import assert from "node:assert/strict";
import { createDenoHost } from "../../src/host/deno.ts";
import type { NativeLoader } from "../../src/host/host.ts";
import { KernelKeyring } from "../../src/vault/kernel_keyring.ts";
import { StoreError, type StoreOutcome } from "../../src/vault/secret_store.ts";
import { KeyctlStore } from "../../src/vault/stores/keyctl_store.ts";
import { findKey, keyctl, removeKeyring } from "./keyctl_tool.ts";

const host = createDenoHost();
const native = await host.native();
const OWN = `aws-vault-test-${host.pid}`;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(read: Uint8Array | null): string | null {
  return read === null ? null : new TextDecoder().decode(read);
}

Deno.test("KernelKeyring keeps a key in the user's keyring, where the system's tool finds it, and gives it a time to live", () => {
  const keyring = new KernelKeyring(native, host.arch);
  const name = `${OWN}:key`;
  try {
    keyring.write(name, Uint8Array.of(0, 1, 254, 255), 3600);
    const id = findKey("user", name)!;
    assert.equal(keyctl("print", id), ":hex:0001feff");
    assert.match(
      Deno.readTextFileSync("/proc/keys"),
      new RegExp(`^${Number(id).toString(16).padStart(8, "0")} \\S+ +\\d+ +(?:59m|60m|1h) `, "m"),
    );
    assert.deepEqual(keyring.read(name), Uint8Array.of(0, 1, 254, 255));
    keyring.write(name, bytes("new"), 3600);
    assert.equal(findKey("user", name), id, "updated in place");
    assert.equal(textOf(keyring.read(name)), "new");
    assert.equal(keyring.has(name), true);
  } finally {
    assert.equal(keyring.remove(name), true);
  }
  assert.equal(keyring.remove(name), false);
  assert.equal(keyring.read(name), null);
  assert.equal(keyring.has(name), false);
  assert.equal(findKey("user", name), null);
});

Deno.test("KernelKeyring: reading with a time begins the time to live anew, reading without leaves it", () => {
  const keyring = new KernelKeyring(native, host.arch);
  const name = `${OWN}:used`;
  try {
    keyring.write(name, bytes("x"), 60);
    assert.equal(textOf(keyring.read(name)), "x");
    assert.match(keyLine(name), / (?:\d+s|1m) /);
    assert.equal(textOf(keyring.read(name, 1200)), "x");
    assert.match(keyLine(name), / (?:19|20)m /);
    // Longer than the kernel can count is not "for ever".
    keyring.write(name, bytes("x"), 2 ** 32);
    assert.doesNotMatch(keyLine(name), / perm /);
  } finally {
    keyring.remove(name);
  }
});

Deno.test("KernelKeyring: a time to live that can't be changed keeps nobody from reading", () => {
  const keyring = new KernelKeyring(native, host.arch);
  const name = `${OWN}:fixed`;
  try {
    keyring.write(name, bytes("x"), 60);
    // Everything for the possessor but setattr: keyctl(1), setperm.
    keyctl("setperm", findKey("user", name)!, "0x1f010000");
    assert.equal(textOf(keyring.read(name, 3600)), "x");
    assert.match(keyLine(name), / (?:5\ds|60s|1m) /);
  } finally {
    keyring.remove(name);
  }
});

Deno.test("KernelKeyring.list leaves out keys that the user may not look at", () => {
  const keyring = new KernelKeyring(native, host.arch, OWN);
  try {
    for (const name of ["open", "hidden"]) keyring.write(name, bytes("x"), 60);
    keyctl("setperm", keyctl("search", findKey("keyring", OWN)!, "user", "hidden"), "0x3e000000");
    assert.deepEqual(keyring.list(), ["open"]);
  } finally {
    removeKeyring(OWN);
  }
});

Deno.test("KernelKeyring finds no key that has expired or was revoked, and can write it anew", async () => {
  const keyring = new KernelKeyring(native, host.arch, OWN);
  try {
    keyring.write("short", bytes("x"), 1);
    keyring.write("revoked", bytes("x"), 0);
    const ring = findKey("keyring", OWN)!;
    keyctl("revoke", keyctl("search", ring, "user", "revoked"));
    const deadline = Date.now() + 10_000;
    while (keyring.read("short") !== null) {
      assert.ok(Date.now() < deadline, "the key never expired");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(keyring.read("revoked"), null);
    assert.deepEqual(keyring.list(), []);
    for (const name of ["short", "revoked"]) {
      keyring.write(name, bytes("again"), 0);
      assert.equal(textOf(keyring.read(name)), "again");
    }
  } finally {
    removeKeyring(OWN);
  }
});

Deno.test("KernelKeyring keeps its limits", () => {
  const keyring = new KernelKeyring(native, host.arch, OWN);
  try {
    keyring.write("largest", new Uint8Array(32_767).fill(7), 0);
    assert.deepEqual(keyring.read("largest"), new Uint8Array(32_767).fill(7));
    assert.throws(
      () => keyring.write("larger", new Uint8Array(32_768), 0),
      isFailure("unavailable", /at most 32767 bytes/),
    );
    keyring.write("n".repeat(4095), bytes("x"), 0);
    assert.throws(
      () => keyring.write("n".repeat(4096), bytes("x"), 0),
      isFailure("unavailable", /at most 4095 bytes/),
    );
    assert.deepEqual(keyring.list(), ["largest", "n".repeat(4095)]);
  } finally {
    removeKeyring(OWN);
  }
});

Deno.test("KernelKeyring works in a process whose session keyring has no link to the user's", () => {
  const program = `
    import { createDenoHost } from ${JSON.stringify(new URL("../../src/host/deno.ts", import.meta.url).href)};
    import { KernelKeyring } from ${
    JSON.stringify(new URL("../../src/vault/kernel_keyring.ts", import.meta.url).href)
  };
    const host = createDenoHost();
    const keyring = new KernelKeyring(await host.native(), host.arch, ${JSON.stringify(OWN)});
    console.log(new TextDecoder().decode(keyring.read("work")));
    keyring.write("from there", new TextEncoder().encode("x"), 60);
    console.log(JSON.stringify(keyring.list()));`;
  const keyring = new KernelKeyring(native, host.arch, OWN);
  try {
    keyring.write("work", bytes("payload"), 60);
    const key = keyctl("search", findKey("keyring", OWN)!, "user", "work");
    // "session -" starts the program with a new, empty session keyring.
    assert.throws(() => keyctl("session", "-", "keyctl", "print", key), /denied/);
    const code = `data:application/typescript,${encodeURIComponent(program)}`;
    const printed = keyctl("session", "-", Deno.execPath(), "run", "-q", "-A", "--no-check", code);
    assert.deepEqual(printed.split("\n").slice(-2), ["payload", '["work","from there"]']);
    assert.equal(textOf(keyring.read("from there")), "x");
  } finally {
    removeKeyring(OWN);
  }
});

Deno.test("KernelKeyring turns the kernel's refusals into outcomes", () => {
  const rows: readonly (readonly [errno: number, StoreOutcome, RegExp])[] = [
    [13, "denied", /^the kernel refuses access/],
    [122, "unavailable", /^the kernel keyring is full$/],
    [38, "unavailable", /has no key management$/],
    [12, "unavailable", /failed \(errno 12\)$/],
  ];
  for (const [errno, outcome, message] of rows) {
    const refusing: NativeLoader = {
      ...native,
      open: <T>() => ({ syscall: () => -1n }) as T,
      errno: () => errno,
    };
    const keyring = new KernelKeyring(refusing, "x64");
    for (
      const call of [
        () => keyring.read("x"),
        () => keyring.write("x", bytes("y"), 1),
        () => keyring.remove("x"),
      ]
    ) {
      assert.throws(call, isFailure(outcome, message));
    }
  }
});

Deno.test("KernelKeyring answers for a key that is gone by the time it is read, and removes one that got no time to live", () => {
  const calls: bigint[] = [];
  /** Answers keyctl operations by number; add_key answers 7. */
  const scripted = (answers: Record<string, bigint>, errno: number): KernelKeyring => {
    const syscall = (number: unknown, operation: unknown) => {
      if (number === 248n) return 7n;
      calls.push(operation as bigint);
      return answers[String(operation)] ?? 0n;
    };
    return new KernelKeyring({ ...native, open: <T>() => ({ syscall }) as T, errno: () => errno }, "x64");
  };
  for (const gone of [126, 127, 128]) {
    assert.equal(scripted({ "10": 5n, "11": -1n }, gone).read("x"), null);
    assert.equal(scripted({ "10": 5n, "9": -1n }, gone).remove("x"), false);
  }
  calls.length = 0;
  assert.throws(
    () => scripted({ "15": -1n }, 12).write("x", bytes("y"), 60),
    isFailure("unavailable", /errno 12/),
  );
  assert.deepEqual(calls, [15n, 9n]);
});

Deno.test("KernelKeyring says where it does not work", () => {
  assert.throws(
    () => new KernelKeyring(native, "riscv64"),
    isFailure("unavailable", /architecture riscv64$/),
  );
});

Deno.test("KeyctlStore calls a payload that is no text damaged", async () => {
  const keyring = new KernelKeyring(native, host.arch, OWN);
  try {
    keyring.write("work", Uint8Array.of(0xff), 0);
    await assert.rejects(() => new KeyctlStore(keyring).read("work"), isFailure("damaged", /not text$/));
  } finally {
    removeKeyring(OWN);
  }
});

/** Of `/proc/keys`; its fourth column is the time left. */
function keyLine(name: string): string {
  return Deno.readTextFileSync("/proc/keys").split("\n").find((line) => line.includes(name)) ?? "";
}

function isFailure(outcome: StoreOutcome, message: RegExp): (failure: unknown) => boolean {
  return (failure) => {
    assert.ok(failure instanceof StoreError, String(failure));
    assert.equal(failure.outcome, outcome);
    assert.match(failure.message, message);
    return true;
  };
}
