import assert from "node:assert/strict";
import {
  KeychainLock,
  keychainSettingsArguments,
  parseKeychainInfo,
} from "../../src/locking/keychain_lock.ts";
import { createFakeHost } from "../fakes/fake_host.ts";
import type { ScriptedProgram } from "../fakes/fake_processes.ts";

const SECURITY = "/usr/bin/security";
const PATH = "/Users/jon/Library/Keychains/aws-vault.keychain-db";
const INFO = `Keychain "${PATH}" lock-on-sleep timeout=300s\n`;

function lockOn(path: string | null, programs: readonly ScriptedProgram[]) {
  const host = createFakeHost({ os: "darwin", env: { HOME: "/Users/jon", SECRET: "x" }, programs });
  return { lock: new KeychainLock(path, { env: host.env, processes: () => host.processes() }), host };
}

const said = (text: string) => ({ stderr: new TextEncoder().encode(text) });

Deno.test("KeychainLock locks its keychain, or the default one, by the system's own tool and with nothing of our environment", async () => {
  for (const [path, args] of [[PATH, ["lock-keychain", PATH]], [null, ["lock-keychain"]]] as const) {
    const { lock, host } = lockOn(path, [{ command: SECURITY, args, answer: "" }]);
    assert.equal(await lock.lock(), lock.name);
    host.assertDone();
    const [request] = host.programs.requests;
    assert.deepEqual(request!.env, { HOME: "/Users/jon" });
    assert.equal(request!.stdin, "null");
  }
});

Deno.test("KeychainLock shows the times that the keychain has, and sets both at once", async () => {
  const { lock, host } = lockOn(PATH, [
    { command: SECURITY, args: ["show-keychain-info", PATH], answer: said(INFO) },
    { command: SECURITY, args: ["set-keychain-settings", "-l", "-u", "-t", "900", PATH], answer: "" },
  ]);
  assert.deepEqual(await lock.times(), { afterSeconds: 300, onSleep: true });
  await lock.setTimes({ afterSeconds: 900, onSleep: true });
  host.assertDone();
});

Deno.test("KeychainLock is called by the keychain's name", () => {
  assert.equal(lockOn(PATH, []).lock.name, "keychain aws-vault");
  assert.equal(lockOn("/Users/jon/Library/Keychains/old.keychain", []).lock.name, "keychain old");
  assert.equal(lockOn(null, []).lock.name, "login keychain");
});

const INFOS: [text: string, times: ReturnType<typeof parseKeychainInfo>][] = [
  [INFO, { afterSeconds: 300, onSleep: true }],
  [`Keychain "<NULL>" no-timeout\n`, { afterSeconds: null, onSleep: false }],
  [`Keychain "${PATH}" lock-on-sleep no-timeout\n`, { afterSeconds: null, onSleep: true }],
  [`Keychain "/Users/a b/x timeout=1s" timeout=60s`, { afterSeconds: 60, onSleep: false }],
  [`some warning\n${INFO}`, { afterSeconds: 300, onSleep: true }],
  ["", null],
  [`Keychain "x"`, null],
  [`Keychain "x" timeout=soon`, null],
];
for (const [text, times] of INFOS) {
  Deno.test(`parseKeychainInfo: ${JSON.stringify(text)}`, () =>
    assert.deepEqual(parseKeychainInfo(text), times));
}

Deno.test("keychainSettingsArguments says what is to be on; the tool switches off the rest", () => {
  assert.deepEqual(keychainSettingsArguments({ afterSeconds: 60, onSleep: true }), ["-l", "-u", "-t", "60"]);
  assert.deepEqual(keychainSettingsArguments({ afterSeconds: null, onSleep: true }), ["-l"]);
  assert.deepEqual(keychainSettingsArguments({ afterSeconds: 60, onSleep: false }), ["-u", "-t", "60"]);
  assert.deepEqual(keychainSettingsArguments({ afterSeconds: null, onSleep: false }), []);
});

const FAILURES: [exitCode: number | null, kind: string, message: RegExp][] = [
  [50, "unavailable", /^there is no keychain aws-vault$/],
  [51, "denied", /^the password of the keychain aws-vault was wrong$/],
  [128, "cancelled", /^the keychain aws-vault was not unlocked$/],
  [36, "unavailable", /there is no desktop to ask on$/],
  [1, "child", /^security lock-keychain failed with exit status 1: security: \\x1b\[31mno$/],
  [null, "child", /^security lock-keychain was ended by SIGKILL/],
];
for (const [exitCode, kind, message] of FAILURES) {
  Deno.test(`KeychainLock tells exit status ${exitCode} as ${kind}`, async () => {
    const answer = {
      ...said("security: \x1b[31mno\nmore\n"),
      exitCode,
      signal: exitCode === null ? "SIGKILL" : null,
    };
    const { lock } = lockOn(PATH, [{ command: SECURITY, answer }]);
    await assert.rejects(() => lock.lock(), { code: "lock-failed", kind, message });
  });
}

Deno.test("KeychainLock refuses an answer that it does not understand", async () => {
  const { lock } = lockOn(PATH, [{ command: SECURITY, answer: said("something else") }]);
  await assert.rejects(() => lock.times(), { code: "lock-failed" });
});
