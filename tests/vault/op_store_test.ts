/** The 1Password stores beyond their contract: items that others made, what is called, and failures. On doubles. */
import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { sealEnvelope } from "../../src/vault/item_envelope.ts";
import type { SecretStore, StoreOutcome } from "../../src/vault/secret_store.ts";
import { item } from "../contracts/secret_store_contract.ts";
import { CONNECT_TOKEN, CONNECT_VAULT, FakeConnect } from "../fakes/fake_connect.ts";
import { FakeOp, OP_TOKEN, type OpDoubleItem } from "../fakes/fake_op.ts";
import { connectStore, opStore } from "./op_setup.ts";
import { failsWith } from "./store_failures.ts";

type Given = Pick<OpDoubleItem, "title" | "category" | "tags" | "fields"> & { state?: string };

/** One vault, seen as the double keeps it and as the store does. */
interface Side {
  readonly store: SecretStore;
  put(item: Given): void;
  items(): OpDoubleItem[];
}

function bothSides(name: string, body: (side: Side) => Promise<void>): void {
  Deno.test(`OpStore over op: ${name}`, async () => {
    const double = new FakeOp();
    await body({
      store: opStore(double),
      put: (given) => double.items.push({ ...given, id: `given${double.items.length}`.padEnd(26, "x") }),
      items: () => double.items,
    });
  });
  Deno.test(`OpStore over Connect: ${name}`, async () => {
    const server = new FakeConnect();
    try {
      await body({
        store: connectStore(server),
        put: ({ tags, fields, ...given }) => server.add({ ...given, tags: [...tags], fields: [...fields] }),
        items: () => [...server.items.values()] as unknown as OpDoubleItem[],
      });
    } finally {
      await server.stop();
    }
  });
}

function given(name: string, changes: Partial<Given> = {}): Given {
  const value = sealEnvelope(item(name, `payload of ${name}`)).reveal();
  return {
    title: `aws-vault: ${name}`,
    category: "API_CREDENTIAL",
    tags: ["aws-vault"],
    fields: [{ id: "kept", type: "CONCEALED", label: "keyring", value }],
    ...changes,
  };
}

bothSides("writes the item that aws-vault writes", async ({ store, items }) => {
  await store.write(item("work/prod", "payload"));
  const [{ title, category, tags, fields }] = items() as [OpDoubleItem];
  assert.equal(title, "aws-vault: work/prod");
  assert.equal(category, "API_CREDENTIAL");
  assert.deepEqual(tags, ["aws-vault"]);
  const concealed = fields.filter(({ type, value }) => type === "CONCEALED" && value);
  assert.deepEqual(concealed.map(({ label, value }) => [label, value]), [
    ["keyring", sealEnvelope(item("work/prod", "payload")).reveal()],
  ]);
});

bothSides("reads items of aws-vault and updates them in place", async ({ store, put, items }) => {
  const note = { id: "notesPlain", type: "STRING", purpose: "NOTES", label: "notesPlain", value: "mine" };
  put(given("work", { fields: [...given("work").fields, note] }));
  assert.equal((await store.read("work"))?.reveal(), "payload of work");
  const [before] = items() as [OpDoubleItem];
  await store.write(item("work", "second"));
  const [after, ...others] = items() as [OpDoubleItem];
  assert.deepEqual(others, []);
  assert.equal(after.id, before.id);
  assert.equal(after.fields.find(({ label }) => label === "keyring")?.id, "kept");
  assert.equal(after.fields.find(({ label }) => label === "notesPlain")?.value, "mine");
  assert.equal((await store.read("work"))?.reveal(), "second");
});

bothSides("takes nothing else for an item", async ({ store, put, items }) => {
  put(given("a", { category: "LOGIN" }));
  put(given("b", { tags: ["other"] }));
  put(given("c", { state: "ARCHIVED" }));
  put(given("D"));
  put(given("e", { title: "bank" }));
  assert.deepEqual((await store.list()).sort(), ["D", "bank"]);
  for (const name of ["a", "b", "c", "d", "e"]) assert.equal(await store.read(name), null, name);
  assert.equal(await store.remove("a"), false);
  assert.equal(items().length, 5);
});

bothSides(
  "calls an item damaged that has other secrets or none, and leaves it alone",
  async ({ store, put, items }) => {
    const own = given("x").fields;
    put(given("two", { fields: [...own, { id: "f", type: "CONCEALED", label: "pin", value: "1234" }] }));
    put(given("other", { fields: [{ id: "f", type: "CONCEALED", label: "password", value: "hunter2" }] }));
    put(given("text", { fields: [{ id: "f", type: "CONCEALED", label: "keyring", value: "hunter2" }] }));
    put(given("none", { fields: [] }));
    put(given("twice"));
    put(given("twice"));
    const before = structuredClone(items());
    for (const name of ["two", "other", "text", "none"]) {
      await assert.rejects(() => store.read(name), (failure: AppError) => {
        failsWith("damaged", /has not exactly one concealed field/)(failure);
        assert.ok(!`${failure.stack}${failure.hints}`.includes("hunter2"));
        return true;
      }, name);
    }
    await assert.rejects(() => store.read("twice"), failsWith("damaged", /more than once/, /in 1Password/));
    for (const name of ["two", "other", "twice"]) {
      await assert.rejects(() => store.write(item(name, "new")), failsWith("damaged", /./), name);
    }
    assert.deepEqual(items(), before);
  },
);

Deno.test("OpCli gives the token by the environment alone, and items by stdin", async () => {
  const double = new FakeOp();
  let asked = 0;
  const store = opStore(double, "op", {
    token: () => Promise.resolve(new Secret(OP_TOKEN)).finally(() => asked++),
    env: { PATH: "/double", OP_CONNECT_HOST: "http://elsewhere", OP_CONNECT_TOKEN: "x", LANG: "C" },
  });
  await store.write(item("work", "hunter2"));
  await store.read("work");
  assert.equal(asked, 1);
  for (const { argv, env } of double.calls) {
    assert.deepEqual(env, { PATH: "/double", LANG: "C", OP_SERVICE_ACCOUNT_TOKEN: OP_TOKEN });
    assert.ok(
      !argv.join("\n").includes(OP_TOKEN) && !argv.join("\n").includes(btoa("hunter2")),
      argv.join(" "),
    );
  }
  assert.deepEqual(double.calls.at(-1)!.argv, [
    "item",
    "get",
    "--vault",
    "Keys",
    "--format",
    "json",
    "--",
    "aws-vault: work",
  ]);
});

Deno.test("OpCli has the desktop app sign in, whatever tokens the environment has", async () => {
  const double = new FakeOp();
  const store = opStore(double, "op-desktop", { env: { PATH: "/double", OP_SERVICE_ACCOUNT_TOKEN: "x" } });
  assert.equal(await store.read("work"), null);
  const [{ argv, env }] = double.calls as [FakeOp["calls"][number]];
  assert.deepEqual(env, { PATH: "/double" });
  assert.deepEqual(argv.slice(2, 6), ["--vault", "Keys", "--account", "my.1password.com"]);
});

Deno.test("OpStore.write notices that op took no template", async () => {
  const double = new FakeOp();
  const store = opStore(double);
  await store.write(item("work", "first"));
  double.ignoresTemplates = true;
  await assert.rejects(
    () => store.write(item("work", "second")),
    failsWith("unavailable", /gives back another/),
  );
  await assert.rejects(() => store.write(item("new", "x")), failsWith("unavailable", /gives back another/));
  assert.equal((await store.read("work"))?.reveal(), "first");
});

Deno.test("OpCli tells its failures apart and repeats nothing that op says", async () => {
  const rows: readonly [says: string, outcome: StoreOutcome, hint: RegExp][] = [
    ["account is not signed in", "locked", /AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN/],
    ["You are not currently signed in. Please run `op signin --help`", "locked", /op-desktop/],
    ["authorization prompt dismissed, please try again", "locked", /./],
    ["authorization timeout", "locked", /./],
    ['no account found for filter "hunter2"', "locked", /./],
    ['"Keys" isn\'t a vault in this account.', "unavailable", /op vault list/],
    ["(403) Forbidden: You do not have permission to perform this action", "denied", /may do/],
    [
      "Signin credentials are not compatible with the provided user auth from server: 401: Unauthorized",
      "denied",
      /./,
    ],
    ["cannot connect to 1Password app, make sure it is running", "unavailable", /start the 1Password app/],
    ["dial tcp: lookup my.1password.com: no such host hunter2", "unavailable", /op vault list/],
  ];
  for (const [says, outcome, hint] of rows) {
    const double = new FakeOp();
    double.says = says;
    const store = opStore(double);
    for (const call of [() => store.read("work"), () => store.list(), () => store.write(item("work", "x"))]) {
      await assert.rejects(call, (failure: AppError) => {
        failsWith(outcome, /^(?:the 1Password|1Password|op )/, hint)(failure);
        assert.ok(!`${failure.stack}${failure.hints}`.includes("hunter2"));
        return true;
      }, says);
    }
  }
});

Deno.test("OpCli names the program that is missing", async () => {
  const double = new FakeOp();
  double.installed = false;
  double.run = ({ command }) =>
    Promise.reject(new AppError("child-not-found", "child", `cannot run ${command}`));
  await assert.rejects(
    () => opStore(double).read("work"),
    failsWith("unavailable", /^cannot run op$/, /install/),
  );
  await assert.rejects(() => opStore(double).list(), failsWith("unavailable", /^cannot run op$/));
});

Deno.test("OpConnect reads one item by its title, and lists by the tag", async () => {
  const server = new FakeConnect();
  try {
    const store = connectStore(server);
    await store.write(item('quote " \\', "payload"));
    server.calls.length = 0;
    assert.equal((await store.read('quote " \\'))?.reveal(), "payload");
    const items = `/v1/vaults/${CONNECT_VAULT}/items`;
    assert.deepEqual(server.calls, [
      `GET ${items}?filter=title eq "aws-vault: quote \\" \\\\"`,
      `GET ${items}/${[...server.items.keys()][0]}`,
    ]);
    server.calls.length = 0;
    await store.list();
    assert.deepEqual(server.calls, [`GET ${items}?filter=tag eq "aws-vault"`]);
  } finally {
    await server.stop();
  }
});

Deno.test("OpConnect tells its failures apart, sends nothing on, and repeats no answer", async () => {
  const server = new FakeConnect();
  try {
    const wrong = connectStore(server, { token: () => Promise.resolve(new Secret("hunter2")) });
    await assert.rejects(
      () => wrong.read("work"),
      failsWith("denied", /refused the token .* \(401\)/, /OP_CONNECT_TOKEN/),
    );
    const broken = connectStore(server, { token: () => Promise.resolve(new Secret("hunter2\nx: y")) });
    await assert.rejects(() => broken.read("work"), failsWith("denied", /characters that no token has/));
    const elsewhere = connectStore(server, { vault: "Keys" });
    await assert.rejects(() => elsewhere.list(), failsWith("unavailable", /no vault Keys/, /vault's id/));
    const rows: readonly [answer: () => Response, outcome: StoreOutcome, message: RegExp][] = [
      [() => new Response("hunter2", { status: 403 }), "denied", /\(403\)/],
      [() => new Response("hunter2", { status: 500 }), "unavailable", /answered 500/],
      [
        () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
        "unavailable",
        /302/,
      ],
      [() => new Response("hunter2"), "damaged", /something else than items/],
      [() => Response.json({ status: 200 }), "damaged", /something else than items/],
    ];
    for (const [answer, outcome, message] of rows) {
      server.answer = answer;
      await assert.rejects(() => connectStore(server).read("work"), (failure: AppError) => {
        failsWith(outcome, message)(failure);
        assert.ok(!`${failure.stack}${failure.hints}`.match(`hunter2|${CONNECT_TOKEN}`));
        return true;
      });
    }
  } finally {
    await server.stop();
  }
  await assert.rejects(
    () => connectStore(server).read("work"),
    failsWith("unavailable", /cannot connect/, /\/health/),
  );
});
