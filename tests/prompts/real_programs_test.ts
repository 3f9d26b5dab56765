/** Helpers as real programs: stand-ins on PATH and the real shell, run by the real host. POSIX only. */
import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { createDenoHost } from "../../src/host/deno.ts";
import { silentLog } from "../../src/log.ts";
import type { PromptDriver } from "../../src/prompts/choose_prompter.ts";
import { runMfaProcess } from "../../src/prompts/mfa_process.ts";
import { openPrompter } from "../../src/prompts/open_prompter.ts";
import type { Question } from "../../src/prompts/prompter.ts";
import { environment } from "./doubles.ts";

const question: Question = { label: 'MFA code for "jon" (profile $(id) work)', kind: "code", device: "jon" };
const hints = ["run once in a terminal: aws-vault exec work -- true"];

/** Asks with one stand-in for `program` on PATH, a shell script, and no terminal. */
async function ask(
  driver: PromptDriver,
  program: string,
  script: string,
  options: { timeoutMs?: number; env?: Record<string, string> } = {},
): Promise<string> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/${program}`, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    const real = createDenoHost();
    const host = {
      os: real.os,
      clock: real.clock,
      env: environment({ PATH: `${folder}:/usr/bin:/bin`, ...options.env }),
      openTerminal: () => Promise.resolve(null),
      processes: () => real.processes(),
      native: () => real.native(),
    };
    const { timeoutMs } = options;
    const prompter = openPrompter(
      timeoutMs === undefined ? { requested: driver, hints } : { requested: driver, hints, timeoutMs },
      host,
      silentLog,
    );
    return (await prompter.ask(question)).reveal();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("openPrompter asks by an osascript that is on PATH, also where there is no macOS", async () => {
  assert.equal(await ask("osascript", "osascript", "echo 123456"), "123456");
});

Deno.test("openPrompter hands the question over as one argument that nothing has read", async () => {
  assert.equal(
    await ask("kdialog", "kdialog", `printf '%s|' "$@"`),
    '--inputbox|MFA code for "jon" (profile $(id) work): |--title|aws-vault|',
  );
});

Deno.test("openPrompter keeps the passphrase of the vault from a real dialog", async () => {
  const env = { AWS_VAULT_FILE_PASSPHRASE: "hunter2", LANG: "C" };
  const seen = await ask("zenity", "zenity", "env", { env });
  assert.match(seen, /^LANG=C$/m);
  assert.doesNotMatch(seen, /hunter2|PASSPHRASE/);
});

Deno.test("openPrompter gives up on a dialog that nobody answers", async () => {
  const asked = ask("zenity", "zenity", "exec sleep 60", { timeoutMs: 200 });
  await assert.rejects(asked, { code: "prompt-timeout", kind: "unavailable" });
});

Deno.test("openPrompter takes a closed dialog for a cancelled question", async () => {
  const env = { DISPLAY: ":0" };
  await assert.rejects(ask("zenity", "zenity", "exit 1", { env }), { code: "prompt-cancelled" });
});

Deno.test("openPrompter names a command that is not there", async () => {
  await assert.rejects(ask("kdialog", "zenity", "echo 123456"), {
    code: "prompt-driver-missing",
    message: "the prompt driver kdialog can't be used here: the command kdialog is not on PATH",
  });
});

function mfaProcess(command: string, env: Record<string, string> = {}): Promise<string> {
  const real = createDenoHost();
  const host = {
    os: real.os,
    env: environment({ PATH: "/usr/bin:/bin", ...env }),
    processes: () => real.processes(),
  };
  return runMfaProcess(command, host).then((secret) => secret.reveal());
}

Deno.test("runMfaProcess runs pipes and quotes as the shell reads them", async () => {
  assert.equal(await mfaProcess(`printf 'x 123%s\\n' "456" | cut -d ' ' -f 2`), "123456");
});

Deno.test("runMfaProcess passes the environment on without AWS keys", async () => {
  const env = { AWS_SECRET_ACCESS_KEY: "hunter2", SEED: "123456" };
  assert.equal(await mfaProcess('printf "%s%s" "$AWS_SECRET_ACCESS_KEY" "$SEED"', env), "123456");
});

Deno.test("runMfaProcess shows the exit status of a failed command and nothing else of it", async () => {
  await assert.rejects(mfaProcess("echo hunter2; echo hunter2 >/dev/null; exit 7"), (error: AppError) => {
    assert.equal(error.message, "mfa_process failed with exit status 7");
    assert.doesNotMatch(error.hints.join(), /hunter2/);
    return true;
  });
});
