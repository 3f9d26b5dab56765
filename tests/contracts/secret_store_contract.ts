/** What every secret store does, as tests to run on each implementation. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import type { SecretStore, StoreItem } from "../../src/vault/secret_store.ts";

export interface StoreUnderTest {
  /** Empty at first. */
  readonly store: SecretStore;
  close(): Promise<void> | void;
}

export interface ContractOptions {
  /** Names this store refuses by a limit of its own, which its own test states. */
  readonly refusedNames?: readonly string[];
  /** The same as a rule. Default: takes all others. */
  readonly takesName?: (name: string) => boolean;
  /** Whether it keeps `Work` and `work` apart. Default true. */
  readonly tellsCase?: boolean;
  /** Whether the store asks a person when two make the same item at the same time; then writers of one item find it there. Default false. */
  readonly asksWhenMadeTwice?: boolean;
  /** In characters; longer payloads of the suite are cut. Default: what a store has to take. */
  readonly longestPayload?: number;
  /** Takes the tests where there is no `Deno.test`. */
  readonly register?: (name: string, run: () => Promise<void>) => void;
}

export const AWKWARD_NAMES: readonly string[] = [
  "work",
  "team a",
  " leading blank",
  "trailing blank ",
  "prod/admin",
  "/",
  "a/../b",
  "100%",
  "percent%2F",
  "%41",
  "a:b",
  "oidc:https://example.awsapps.com/start/#/",
  "sts.GetSessionToken,am9uc21pdGg,,1767225600",
  "semi;colon",
  "back\\slash",
  "star*",
  "q?mark",
  'dq"q',
  "quote'q",
  "dollar$HOME",
  "back`tick",
  "pipe|",
  "trailing.",
  ".",
  "..",
  "...",
  ".hidden",
  "-dash",
  "--flag=x",
  "CON",
  "nul.txt",
  "0",
  "1e3",
  "__proto__",
  "cafe\u0301 decomposed",
  "\u00fcn\u00efcode",
  "日本語",
  "emoji🔑",
  "\u00a0nbsp",
  "\u202eright to left",
  "x".repeat(200),
];

const AWKWARD_PAYLOADS: readonly string[] = [
  "{}",
  '{"AccessKeyID":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}',
  " blanks around \n",
  "line\r\nline",
  "ünïcode 日本語 🔑",
  "\ufeffwith a byte order mark",
  "x".repeat(2000),
];

/** Registers the tests. `open` is called once per test. */
export function secretStoreContract(
  title: string,
  open: () => Promise<StoreUnderTest>,
  options: ContractOptions = {},
): void {
  const {
    refusedNames = [],
    takesName = () => true,
    tellsCase = true,
    register = Deno.test,
    asksWhenMadeTwice = false,
    longestPayload,
  } = options;
  const payloads = AWKWARD_PAYLOADS.map((payload) => payload.slice(0, longestPayload));
  const takes = (name: string) => takesName(name) && !refusedNames.includes(name);

  function test(name: string, body: (store: SecretStore) => Promise<void>): void {
    register(`${title}: ${name}`, async () => {
      const { store, close } = await open();
      try {
        await body(store);
      } finally {
        await close();
      }
    });
  }

  test("an empty store answers null, false and no names", async (store) => {
    assert.equal(await store.read("work"), null);
    assert.equal(await store.remove("work"), false);
    assert.deepEqual(await store.list(), []);
  });

  test("keeps, replaces and removes an item", async (store) => {
    await store.write(item("work", "first"));
    assert.equal((await store.read("work"))?.reveal(), "first");
    await store.write(item("work", "second"));
    assert.equal((await store.read("work"))?.reveal(), "second");
    assert.deepEqual(await store.list(), ["work"]);
    assert.equal(await store.read("wor"), null);
    assert.equal(await store.read("work2"), null);
    assert.equal(await store.remove("work2"), false);
    assert.equal(await store.remove("work"), true);
    assert.equal(await store.remove("work"), false);
    assert.equal(await store.read("work"), null);
    assert.deepEqual(await store.list(), []);
  });

  test("tells items apart by the whole name", async (store) => {
    const names = ["work", "work ", "work/", "work%2F", "wörk", ...(tellsCase ? ["WORK"] : [])].filter(takes);
    await Promise.all(names.map((name) => store.write(item(name, `payload of ${name}`))));
    for (const name of names) assert.equal((await store.read(name))?.reveal(), `payload of ${name}`);
    assert.equal(await store.remove("work"), true);
    assert.deepEqual((await store.list()).sort(), names.slice(1).sort());
  });

  test("takes awkward names and gives them back exactly", async (store) => {
    const names = AWKWARD_NAMES.filter(takes);
    await Promise.all(names.map((name) => store.write(item(name, `payload of ${name}`))));
    assert.deepEqual((await store.list()).sort(), [...names].sort());
    await Promise.all(names.map(async (name) => {
      assert.equal((await store.read(name))?.reveal(), `payload of ${name}`);
    }));
    for (const name of names) assert.equal(await store.remove(name), true, name);
    assert.deepEqual(await store.list(), []);
  });

  test("refuses to write names nobody could mean, and finds nothing under them", async (store) => {
    for (
      const name of ["", "line\nbreak", "tab\t", "nul\0", "escape\x1b[0m", "\x7f", "\x9b", "half \ud83d"]
    ) {
      await assert.rejects(
        () => store.write(item(name, "payload")),
        (failure) => failure instanceof AppError && failure.code === "item-name-invalid",
        JSON.stringify(name),
      );
      assert.equal(await store.read(name), null);
      assert.equal(await store.remove(name), false);
    }
    assert.deepEqual(await store.list(), []);
  });

  test("gives payloads back byte for byte", async (store) => {
    await Promise.all(payloads.map((payload, i) => store.write(item(`item ${i}`, payload))));
    for (const [i, payload] of payloads.entries()) {
      assert.equal((await store.read(`item ${i}`))?.reveal(), payload);
    }
  });

  test("brings 50 generated items there and back", async (store) => {
    const generated = new Map(fc.sample(ITEM, { seed: 20261123, numRuns: 80 }));
    const items = [...generated].filter(([name]) => !name.startsWith(".aws-vault-tmp-") && takes(name))
      .slice(0, 50);
    assert.equal(items.length, 50);
    await Promise.all(items.map(([name, payload]) => store.write(item(name, payload))));
    assert.deepEqual((await store.list()).sort(), items.map(([name]) => name).sort());
    await Promise.all(items.map(async ([name, payload]) => {
      assert.equal((await store.read(name))?.reveal(), payload, name);
    }));
  });

  test("keeps every item of writers at the same time, and one whole value of writers of one item", async (store) => {
    const values = ["a", "b", "c", "d"].map((letter) => letter.repeat(500));
    if (asksWhenMadeTwice) await store.write(item("same", "first"));
    await Promise.all([
      ...values.map((value) => store.write(item("same", value))),
      ...values.map((value, i) => store.write(item(`own ${i}`, value))),
    ]);
    assert.ok(values.includes((await store.read("same"))!.reveal()));
    for (const [i, value] of values.entries()) assert.equal((await store.read(`own ${i}`))?.reveal(), value);
    assert.equal((await store.list()).length, values.length + 1);
  });

  test("is described in one line without secrets", (store) => {
    assert.match(store.description, /^\S.*\S$/);
    return Promise.resolve();
  });
}

/** Names without control characters whose file name stays short enough, and payloads; names differ in more than case. */
const ITEM = fc.tuple(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    // deno-lint-ignore no-control-regex
    .filter((name) => !/[\u0000-\u001f\u007f-\u009f]/.test(name) && name === name.toLowerCase()),
  fc.string({ unit: "binary", minLength: 1, maxLength: 300 }).filter((text) => !/\p{Surrogate}/u.test(text)),
);

/** An item as access keys are stored. */
export function item(name: string, payload: string): StoreItem {
  return {
    name,
    payload: new Secret(payload),
    label: `aws-vault (${name})`,
    description: "",
    trusted: false,
  };
}
