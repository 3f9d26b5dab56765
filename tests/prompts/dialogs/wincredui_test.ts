import assert from "node:assert/strict";
import type { NativeFunctions, NativeLoader, NativeSymbol, NativeValue } from "../../../src/host/host.ts";
import { WincreduiPrompter } from "../../../src/prompts/dialogs/wincredui.ts";
import type { Question } from "../../../src/prompts/prompter.ts";

const serial = "arn:aws:iam::123456789012:mfa/jon";
const question: Question = { label: "MFA code for jon", kind: "code", device: serial };

/** Windows, as far as one dialog goes: reads what it is given as the documentation says, then types `typed` into the password field. */
class FakeCredui implements Pick<NativeLoader, "open" | "addressOf"> {
  readonly libraries: string[] = [];
  shown: Record<string, unknown> = {};
  readonly #status: number;
  readonly #typed: string;
  readonly #addresses: Uint8Array[] = [];
  password: Uint8Array = new Uint8Array();

  constructor(status: number, typed: string) {
    this.#status = status;
    this.#typed = typed;
  }

  open<T extends Record<string, NativeSymbol>>(libraries: readonly string[], symbols: T): NativeFunctions<T> {
    this.libraries.push(...libraries);
    const call = (...args: NativeValue[]) => this.#prompt(args);
    return Object.fromEntries(Object.keys(symbols).map((name) => [name, call])) as NativeFunctions<T>;
  }

  addressOf(buffer: Uint8Array): bigint {
    return BigInt(0x1000 + this.#addresses.push(buffer));
  }

  #prompt(args: NativeValue[]): number {
    assert.equal(args.length, 10);
    const [info, target, context, authError, user, userUnits, password, passwordUnits, save, flags] =
      args as [
        Uint8Array,
        Uint8Array,
        bigint,
        number,
        Uint8Array,
        number,
        Uint8Array,
        number,
        Uint8Array,
        number,
      ];
    const view = new DataView(info.buffer);
    const at = (offset: number) => this.#addresses[Number(view.getBigUint64(offset, true)) - 0x1001];
    assert.equal(info.length, 40);
    assert.equal(user.length, userUnits * 2);
    assert.equal(password.length, passwordUnits * 2);
    assert.equal(save.length, 4);
    this.shown = {
      size: view.getUint32(0, true),
      parent: view.getBigUint64(8, true),
      message: utf16(at(16)!),
      caption: utf16(at(24)!),
      banner: view.getBigUint64(32, true),
      target: utf16(target),
      context,
      authError,
      user: utf16(user),
      userUnits,
      passwordUnits,
      flags,
    };
    for (let i = 0; i < this.#typed.length; i++) password[i * 2] = this.#typed.charCodeAt(i);
    this.password = password;
    return this.#status;
  }
}

function utf16(buffer: Uint8Array): string {
  const text = new TextDecoder("utf-16le").decode(buffer);
  return text.slice(0, text.indexOf("\0"));
}

function ask(fake: FakeCredui, asked: Question = question) {
  return new WincreduiPrompter(() => Promise.resolve(fake as unknown as NativeLoader)).ask(asked);
}

Deno.test("WincreduiPrompter shows the question and takes the password field as the answer", async () => {
  const fake = new FakeCredui(0, " 123456 ");
  assert.equal((await ask(fake)).reveal(), "123456");
  assert.deepEqual(fake.libraries, ["credui.dll"]);
  assert.deepEqual(fake.shown, {
    size: 40,
    parent: 0n,
    message: "MFA code for jon: ",
    caption: "aws-vault",
    banner: 0n,
    target: "aws-vault",
    context: 0n,
    authError: 0,
    user: "123456789012/jon",
    userUnits: 514,
    passwordUnits: 257,
    flags: 0x40000 | 0x80 | 0x100000 | 0x2,
  });
});

Deno.test("WincreduiPrompter wipes the buffer the code was typed into", async () => {
  const fake = new FakeCredui(0, "123456");
  await ask(fake);
  assert.ok(fake.password.every((byte) => byte === 0));
});

Deno.test("WincreduiPrompter cuts texts to what Windows takes", async () => {
  const fake = new FakeCredui(0, "");
  await ask(fake, { label: "x".repeat(5000), kind: "code", device: "y".repeat(5000) });
  assert.equal(fake.shown["message"], "x".repeat(1024));
  assert.equal(fake.shown["user"], "y".repeat(513));
});

const failures: readonly (readonly [status: number, code: string, message: string])[] = [
  [1223, "prompt-cancelled", "cancelled"],
  [1312, "prompt-no-display", "this Windows session can't show a dialog"],
  [87, "prompt-failed", "the Windows credential dialog failed with error 87"],
];

for (const [status, code, message] of failures) {
  Deno.test(`WincreduiPrompter throws ${code} on Windows error ${status}`, async () => {
    await assert.rejects(ask(new FakeCredui(status, "123456")), { code, message });
  });
}
