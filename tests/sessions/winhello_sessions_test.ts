/** How often Windows Hello asks, through the whole program: once for a session, never for a cached answer. */
import assert from "node:assert/strict";
import { createServices } from "../../src/app.ts";
import { runProgram } from "../../src/cli/program.ts";
import { createFakeHost, type FakeHost } from "../fakes/fake_host.ts";
import { FakeWindowsHello } from "../fakes/fake_windows_hello.ts";

const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const env = {
  USERPROFILE: "C:/Users/u",
  LOCALAPPDATA: "C:/Users/u/AppData/Local",
  AWS_VAULT_BACKEND: "winhello",
};
const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "k".repeat(40) };

const session = {
  when: () => true,
  answer: () => ({
    status: 200,
    headers: { "content-type": "text/xml", date: new Date(START).toUTCString() },
    body: new TextEncoder().encode(
      "<GetSessionTokenResponse><GetSessionTokenResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>" +
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
        `<Expiration>${new Date(START + 3_600_000).toISOString()}</Expiration>` +
        "</Credentials></GetSessionTokenResult></GetSessionTokenResponse>",
    ),
  }),
};

Deno.test("winhello asks once for a session and never for a cached answer; the sessions' key lies beside it", async () => {
  const native = new FakeWindowsHello();
  const common = { os: "windows", native, now: START, clockJumps: false } as const;
  const files = { "C:/Users/u/.aws/config": "[profile p]\nregion = eu-west-1\n" };
  const adding = createFakeHost({ ...common, args: ["add", "--env", "p"], env: { ...env, ...keys }, files });
  await succeed(adding);
  const ask = { ...common, args: ["exec", "p", "--json"], env };
  const first = createFakeHost({ ...ask, after: adding, http: [session] });
  await succeed(first);
  assert.deepEqual(native.dialogs, ['Read "p" of aws-vault']);
  let last = first;
  for (let i = 0; i < 3; i++) {
    last = createFakeHost({ ...ask, after: last });
    await succeed(last);
    assert.equal(JSON.parse(last.stdout.text).AccessKeyId, "ASIAEXAMPLE");
  }
  assert.equal(native.dialogs.length, 1);
  const targets = [...native.manager.credentials.values()].map(({ target }) => target).sort();
  assert.deepEqual(targets, [
    "aws-vault:aws-vault:aws-vault.SessionCacheKey,YXdzLXZhdWx0,,4102444800",
    "keyring-winhello:aws-vault:p",
  ]);
  const listing = createFakeHost({ ...common, args: ["list", "--credentials"], env, after: last });
  await succeed(listing);
  assert.equal(listing.stdout.text, "p\n");
  assert.equal(native.dialogs.length, 1);
});

async function succeed(host: FakeHost): Promise<void> {
  const code = await runProgram(host, (options, log) => createServices(host, options, log));
  assert.equal(code, 0, host.stderr.text);
}
