/** Many processes that want the same credentials at the same time. */
import assert from "node:assert/strict";
import { type Answer, FIRST_KEYS, kill, raceTest, ROLE_COUNT, SERIAL } from "./stage.ts";

const ROLE = ["export", "--format=json", "role0"];

raceTest("100 cold calls at once: one prompt, one call per step, one answer for all", async (stage) => {
  const answers = await ended(stage.startMany(100, ROLE));
  assertAllEqual(answers);
  assert.equal(stage.prompts, 1);
  assert.deepEqual(stage.aws.calls.map((call) => call.action), ["GetSessionToken", "AssumeRole"]);
});

raceTest(
  "100 cold calls of exec --json with mfa_process: the program that prints codes runs once",
  async (stage) => {
    await stage.add("printed", FIRST_KEYS);
    const answers = await ended(stage.startMany(100, ["exec", "printed", "--json"]));
    assertAllEqual(answers);
    assert.equal(stage.prompts, 1);
    assert.deepEqual(stage.aws.calls.map((call) => call.action), ["GetSessionToken"]);
  },
);

raceTest(
  "ten roles of ten profiles at once: one prompt, one GetSessionToken, ten AssumeRole",
  async (stage) => {
    const running = Array.from(
      { length: ROLE_COUNT },
      (_, i) => stage.start(["export", "--format=json", `role${i}`]),
    );
    const answers = await ended(running);
    for (const answer of answers) {
      assertIsAnswer(answer);
    }
    assert.equal(new Set(answers.map(({ stdout }) => stdout)).size, ROLE_COUNT);
    assert.equal(stage.prompts, 1);
    assert.equal(stage.callsOf("GetSessionToken").length, 1);
    const roles = stage.callsOf("AssumeRole").map((call) => call.parameters.RoleArn);
    assert.equal(new Set(roles).size, ROLE_COUNT);
    assert.equal(roles.length, ROLE_COUNT);
  },
);

raceTest("a leader killed while its prompt is open: one of those who wait asks once more", async (stage) => {
  stage.holdPrompts();
  const running = stage.startMany(20, ROLE);
  const leader = await stage.prompterOf(1);
  await stage.untilWaiting(running, running.length);
  await kill(running.find(({ pid }) => pid === leader)!);
  await stage.prompterOf(2);
  stage.answerPrompts();
  assertAllEqual(await ended(running.filter(({ pid }) => pid !== leader)));
  assert.equal(stage.prompts, 2);
  assert.equal(stage.callsOf("GetSessionToken").length, 1);
  assert.equal(stage.callsOf("AssumeRole").length, 1);
});

raceTest(
  "a leader killed while STS hangs: its code is not sent again, one of those who wait asks once more",
  async (stage) => {
    stage.aws.configure({ faults: [{ kind: "delay", action: "GetSessionToken", delayMs: 3_000 }] });
    const running = stage.startMany(20, ROLE);
    const leader = await stage.prompterOf(1);
    await stage.untilWaiting(running, running.length);
    await stage.untilConnected();
    await kill(running.find(({ pid }) => pid === leader)!);
    assertAllEqual(await ended(running.filter(({ pid }) => pid !== leader)));
    assert.equal(stage.prompts, 2);
    assert.equal(stage.callsOf("AssumeRole").length, 1);
    assert.deepEqual(stage.aws.calls.filter((call) => call.errorCode !== null), []);
  },
);

raceTest(
  "a leader killed while the second call hangs: one of those who wait makes it again, and nobody is asked",
  async (stage) => {
    stage.aws.configure({ faults: [{ kind: "delay", action: "AssumeRole", delayMs: 3_000, times: 1 }] });
    const running = stage.startMany(20, ROLE);
    const leader = await stage.prompterOf(1);
    await stage.untilWaiting(running, running.length);
    await stage.until("the session", () => stage.records().length === 1);
    await stage.untilConnected();
    await kill(running.find(({ pid }) => pid === leader)!);
    assertAllEqual(await ended(running.filter(({ pid }) => pid !== leader)));
    assert.equal(stage.prompts, 1);
    assert.equal(stage.callsOf("GetSessionToken").length, 1);
  },
);

raceTest(
  "a leader killed between the answer and its record: one of those who wait asks once more",
  async (stage) => {
    // Before the first record its key goes into the store, one process at a time: so whoever holds that lock stops the leader there.
    Deno.mkdirSync(stage.cache, { mode: 0o700 });
    using lock = Deno.openSync(`${stage.cache}/cache-key.lock`, {
      create: true,
      read: true,
      write: true,
      mode: 0o600,
    });
    lock.lockSync(true);
    const running = stage.startMany(20, ROLE);
    const leader = await stage.prompterOf(1);
    await stage.until("the answer", () => stage.callsOf("GetSessionToken").length === 1);
    await stage.untilWaiting(running, running.length);
    await kill(running.find(({ pid }) => pid === leader)!);
    assert.deepEqual(stage.records(), []);
    lock.unlockSync();
    assertAllEqual(await ended(running.filter(({ pid }) => pid !== leader)));
    assert.equal(stage.prompts, 2);
    assert.equal(stage.callsOf("GetSessionToken").length, 2);
    assert.equal(stage.callsOf("AssumeRole").length, 1);
  },
);

raceTest(
  "a cancelled prompt: all who wait fail alike, without a second prompt, and so does who asks right after",
  async (stage) => {
    stage.cancelPrompts();
    stage.holdPrompts();
    const running = stage.startMany(20, ROLE);
    await stage.prompterOf(1);
    await stage.untilWaiting(running, running.length);
    stage.answerPrompts();
    const answers = await ended(running);
    answers.push(await stage.ask("role0"));
    assertAllFail(answers, /cancel/);
    assert.equal(stage.prompts, 1);
    assert.equal(stage.aws.calls.length, 0);

    // Somebody who sits in front of it has thought better of it.
    stage.takePrompts();
    const person = await stage.run(["exec", "role0", "--", "true"]);
    assert.equal(person.code, 0, person.stderr);
    assert.equal(stage.prompts, 2);
  },
);

raceTest("an STS that throttles now and then: one prompt, one answer for all", async (stage) => {
  stage.aws.configure({ faults: [{ kind: "throttle", action: "AssumeRole", times: 1 }] });
  assertAllEqual(await ended(stage.startMany(20, ROLE)));
  assert.equal(stage.prompts, 1);
  assert.equal(stage.callsOf("GetSessionToken").length, 1);
  assert.equal(stage.callsOf("AssumeRole").length, 2);
});

raceTest("an STS that keeps throttling: all fail alike, after the tries of one", async (stage) => {
  stage.aws.configure({ faults: [{ kind: "throttle", times: 1_000 }] });
  stage.holdPrompts();
  const running = stage.startMany(20, ROLE);
  await stage.prompterOf(1);
  await stage.untilWaiting(running, running.length);
  stage.answerPrompts();
  assertAllFail(await ended(running), /throttl|rate exceeded/i);
  assert.equal(stage.prompts, 1);
  assert.ok(stage.aws.calls.length <= 3, `${stage.aws.calls.length} calls`);
});

raceTest("a wrong MFA code: all fail alike, one call was made", async (stage) => {
  const mfa = { serial: SERIAL, codes: ["999999"] };
  stage.aws.configure({ users: [{ name: "u", keys: [FIRST_KEYS], mfa }] });
  stage.holdPrompts();
  const running = stage.startMany(20, ROLE);
  await stage.prompterOf(1);
  await stage.untilWaiting(running, running.length);
  stage.answerPrompts();
  assertAllFail(await ended(running), /MFA/);
  assert.equal(stage.prompts, 1);
  assert.equal(stage.aws.calls.length, 1);
});

const locked: [name: string, passphrase: string | null, says: RegExp][] = [
  ["a wrong passphrase", "wrong", /passphrase/],
  ["no passphrase and no terminal", null, /passphrase|terminal/],
];
for (const [name, passphrase, says] of locked) {
  raceTest(
    `a store locked by ${name}: each of many fails, with a reason and without a prompt`,
    async (stage) => {
      const env = { AWS_VAULT_FILE_PASSPHRASE: passphrase, AWS_VAULT_LOCK_AFTER: "0" };
      const running = Array.from({ length: 20 }, () => stage.start(ROLE, env));
      assertAllFail(await ended(running), says);
      assert.equal(stage.prompts, 0);
      assert.equal(stage.aws.calls.length, 0);
    },
  );
}

async function ended(running: readonly { ended: Promise<Answer> }[]): Promise<Answer[]> {
  return await Promise.all(running.map((each) => each.ended));
}

function assertIsAnswer({ code, stdout, stderr }: Answer): void {
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  assert.match(JSON.parse(stdout).AccessKeyId, /^ASIA/);
}

function assertAllEqual(answers: readonly Answer[]): void {
  answers.forEach(assertIsAnswer);
  assert.equal(new Set(answers.map(({ stdout }) => stdout)).size, 1);
}

function assertAllFail(answers: readonly Answer[], says: RegExp): void {
  for (const { code, signal, stdout } of answers) assert.deepEqual([code, signal, stdout], [1, null, ""]);
  const messages = [...new Set(answers.map(({ stderr }) => stderr))];
  assert.equal(messages.length, 1, messages.join("---\n"));
  assert.match(messages[0]!, says);
}
