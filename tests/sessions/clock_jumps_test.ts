/** The cache through the whole program while this machine's clock is wrong, or is set. AWS's own clock never errs. */
import assert from "node:assert/strict";
import { createServices } from "../../src/app.ts";
import { runProgram } from "../../src/cli/program.ts";
import { answerFromCache } from "../../src/short_way.ts";
import { createFakeHost, type FakeHost } from "../fakes/fake_host.ts";
import { FakeKernelKeyring } from "../fakes/fake_kernel_keyring.ts";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const env = { HOME: "/home/u", AWS_VAULT_BACKEND: "keyctl" };

/** Answers as STS does when its clock shows `time`: refuses signatures that are more than 15 minutes off, gives sessions of an hour. */
function sts(time: number) {
  const date = new Date(time).toUTCString();
  return {
    when: () => true,
    times: 4,
    answer: ({ headers }: { headers: Readonly<Record<string, string>> }) => {
      const signed = Object.entries(headers).find(([name]) => name.toLowerCase() === "x-amz-date")![1];
      const at = Date.parse(signed.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
      const skewed = Math.abs(at - time) > 15 * MINUTE;
      const text = skewed
        ? "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>" +
          "<Message>Signature expired: now earlier than then</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        : "<GetSessionTokenResponse><GetSessionTokenResult><Credentials>" +
          `<AccessKeyId>ASIA${crypto.randomUUID().slice(0, 8).toUpperCase()}12345678</AccessKeyId>` +
          "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
          `<Expiration>${new Date(time + HOUR).toISOString()}</Expiration>` +
          "</Credentials></GetSessionTokenResult></GetSessionTokenResponse>";
      return {
        status: skewed ? 403 : 200,
        headers: { "content-type": "text/xml", date },
        body: new TextEncoder().encode(text),
      };
    },
  };
}

interface Machine {
  /** One run while this machine's clock shows `local` and AWS's `real`: what was printed, and how many calls it took. */
  ask: (local: number, real: number) => Promise<{ answer: string; calls: number; hot: boolean }>;
}

async function withMachine(test: (machine: Machine) => Promise<void>): Promise<void> {
  const native = new FakeKernelKeyring();
  const keys = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "k".repeat(40) };
  let last = createFakeHost({
    args: ["add", "--env", "p"],
    env: { ...env, ...keys },
    files: { "/home/u/.aws/config": "[profile p]\nregion = eu-west-1\n" },
    native,
    now: START,
  });
  assert.equal(await runFully(last), 0, last.stderr.text);
  await test({
    ask: async (local, real) => {
      const host = createFakeHost({
        args: ["exec", "p", "--json"],
        env,
        native,
        after: last,
        now: local,
        http: [sts(real)],
      });
      last = host;
      const hot = await answerFromCache(host);
      if (!hot) assert.equal(await runFully(host), 0, host.stderr.text);
      assert.equal(host.stderr.text, "");
      return { answer: host.stdout.text, calls: host.network.requests.length, hot };
    },
  });
}

for (
  const [what, error] of [
    ["an hour behind", -HOUR],
    ["a day behind", -DAY],
    ["an hour ahead", HOUR],
    ["a day ahead", DAY],
    ["right", 0],
  ] as const
) {
  Deno.test(`a clock that is ${what}: the next answer is the cached one, until it has really ended`, () =>
    withMachine(async ({ ask }) => {
      const first = await ask(START + error, START);
      assert.equal(first.hot, false);
      const later = START + 40 * MINUTE;
      assert.deepEqual(await ask(later + error, later), { answer: first.answer, calls: 0, hot: true });
      const end = START + 50 * MINUTE;
      assert.notEqual((await ask(end + error, end)).answer, first.answer);
    }));
}

for (
  const [what, jump] of [
    ["back by an hour", -HOUR],
    ["back by a day", -DAY],
    ["ahead by an hour", HOUR],
    ["ahead by a day", DAY],
  ] as const
) {
  Deno.test(`a clock that is set ${what}, wrongly or rightly: one new answer, which is then cached`, () =>
    withMachine(async ({ ask }) => {
      const first = await ask(START, START);
      // AWS goes on; only this machine's clock has moved.
      const next = await ask(START + jump, START + MINUTE);
      assert.notEqual(next.answer, first.answer);
      assert.ok(next.calls >= 1);
      assert.deepEqual(await ask(START + jump + MINUTE, START + 2 * MINUTE), {
        answer: next.answer,
        calls: 0,
        hot: true,
      });
    }));
}

Deno.test("a clock that is set by a few minutes changes nothing", () =>
  withMachine(async ({ ask }) => {
    const first = await ask(START, START);
    for (const jump of [-10 * MINUTE, 10 * MINUTE]) {
      assert.deepEqual(await ask(START + jump, START + MINUTE), {
        answer: first.answer,
        calls: 0,
        hot: true,
      });
    }
  }));

async function runFully(host: FakeHost): Promise<number> {
  return await runProgram(host, (options, log) => createServices(host, options, log));
}
