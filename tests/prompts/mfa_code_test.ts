import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import type { ChildResult } from "../../src/host/host.ts";
import { getMfaCode } from "../../src/prompts/mfa_code.ts";
import type { MfaCodeRequest } from "../../src/prompts/mfa_code.ts";
import type { Prompter, Question } from "../../src/prompts/prompter.ts";
import { Secret } from "../../src/secret.ts";
import { answered, environment, failed, RecordedProcesses } from "./doubles.ts";

/** Answers in turn; after the last one the user cancels. */
class AnsweringPrompter implements Prompter {
  readonly asked: Question[] = [];
  readonly driver: string;
  readonly #answers: string[];

  constructor(driver: string, answers: readonly string[]) {
    this.driver = driver;
    this.#answers = [...answers];
  }

  ask(question: Question): Promise<Secret> {
    this.asked.push(question);
    const answer = this.#answers.shift();
    if (answer === undefined) {
      return Promise.reject(new AppError("prompt-cancelled", "cancelled", "cancelled"));
    }
    return Promise.resolve(new Secret(answer));
  }
}

const serial = "arn:aws:iam::123456789012:mfa/jon";

function get(
  request: { token?: string; mfaProcess?: string; prompter?: Prompter },
  result: ChildResult | AppError = answered("654321\n"),
) {
  const processes = new RecordedProcesses(result);
  const prompter = request.prompter ?? new AnsweringPrompter("terminal", []);
  const full: MfaCodeRequest = {
    serial,
    profile: "work",
    token: request.token === undefined ? null : new Secret(request.token),
    mfaProcess: request.mfaProcess ?? null,
    prompter,
  };
  const host = { os: "linux", env: environment(), processes: () => Promise.resolve(processes) } as const;
  return { processes, code: getMfaCode(full, host) };
}

Deno.test("getMfaCode takes the token before mfa_process and mfa_process before the prompter", async () => {
  const prompter = new AnsweringPrompter("terminal", ["111111"]);
  const all = get({ token: "123456", mfaProcess: "totp", prompter });
  assert.deepEqual([(await all.code).code.reveal(), (await all.code).source], ["123456", "token"]);
  assert.equal(all.processes.requests.length, 0);
  const two = get({ mfaProcess: "totp", prompter });
  assert.deepEqual([(await two.code).code.reveal(), (await two.code).source], ["654321", "process"]);
  assert.equal(prompter.asked.length, 0);
  const one = get({ prompter });
  assert.deepEqual([(await one.code).code.reveal(), (await one.code).source], ["111111", "prompt"]);
});

Deno.test("getMfaCode names the device and the profile in one line, and the device to look up", async () => {
  const prompter = new AnsweringPrompter("terminal", ["123456"]);
  await get({ prompter }).code;
  assert.deepEqual(prompter.asked, [{
    label: `MFA code for ${serial} (profile work)`,
    kind: "code",
    device: serial,
  }]);
});

const forms: readonly (readonly [typed: string, code: string | null])[] = [
  ["123456", "123456"],
  ["000000", "000000"],
  [" 123456\t", "123456"],
  ["123 456", "123456"],
  ["12\u00a034\u202f56", "123456"],
  ["", null],
  ["12345", null],
  ["1234567", null],
  ["12345a", null],
  ["-12345", null],
  ["123\n456", null],
  ["１２３４５６", null],
  ["1e5000", null],
];

for (const [typed, code] of forms) {
  const verdict = code === null ? "refuses" : "takes";
  Deno.test(`getMfaCode ${verdict} ${JSON.stringify(typed)}, whatever the source`, async () => {
    const sources = [
      get({ token: typed }),
      get({ mfaProcess: "totp" }, answered(typed)),
      get({ prompter: new AnsweringPrompter("zenity", [typed]) }),
    ];
    for (const source of sources) {
      if (code !== null) assert.equal((await source.code).code.reveal(), code);
      else await assert.rejects(source.code, { code: "mfa-code-malformed" });
    }
  });
}

Deno.test("getMfaCode asks at the terminal up to twice more, and says why", async () => {
  const prompter = new AnsweringPrompter("terminal", ["12345", "", "123456"]);
  assert.equal((await get({ prompter }).code).code.reveal(), "123456");
  const again = `Not six digits, once more: MFA code for ${serial} (profile work)`;
  assert.deepEqual(prompter.asked.map(({ label }) => label).slice(1), [again, again]);
  const clumsy = new AnsweringPrompter("terminal", ["1", "2", "3", "123456"]);
  await assert.rejects(get({ prompter: clumsy }).code, { code: "mfa-code-malformed", kind: "denied" });
  assert.equal(clumsy.asked.length, 3);
});

for (const driver of ["zenity", "osascript", "ykman"]) {
  Deno.test(`getMfaCode asks ${driver} once`, async () => {
    const prompter = new AnsweringPrompter(driver, ["12345", "123456"]);
    await assert.rejects(get({ prompter }).code, { code: "mfa-code-malformed" });
    assert.equal(prompter.asked.length, 1);
  });
}

for (const driver of ["ykman", "pass"]) {
  Deno.test(`getMfaCode counts what ${driver} gives as coming from a program`, async () => {
    assert.equal((await get({ prompter: new AnsweringPrompter(driver, ["123456"]) }).code).source, "process");
  });
}

Deno.test("getMfaCode asks nobody after a failed mfa_process, and nobody twice after a cancelled prompt", async () => {
  const prompter = new AnsweringPrompter("terminal", ["123456"]);
  await assert.rejects(get({ mfaProcess: "totp", prompter }, failed(1)).code, { code: "mfa-process-failed" });
  assert.equal(prompter.asked.length, 0);
  const cancelling = new AnsweringPrompter("terminal", []);
  await assert.rejects(get({ prompter: cancelling }).code, { code: "prompt-cancelled" });
  assert.equal(cancelling.asked.length, 1);
});

Deno.test("getMfaCode shows nothing of what it refuses", async () => {
  const sources = [
    get({ token: "hunter2" }),
    get({ mfaProcess: "print hunter2" }, answered("hunter2")),
    get({ mfaProcess: "print hunter2" }, failed(3, "hunter2", "hunter2")),
    get({ prompter: new AnsweringPrompter("zenity", ["hunter2"]) }),
  ];
  for (const { code } of sources) {
    const error = await code.then(() => assert.fail("refused"), (error: AppError) => error);
    assert.doesNotMatch([error.message, ...error.hints, String(error.cause)].join("\n"), /hunter2/);
  }
});
