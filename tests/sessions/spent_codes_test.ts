import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { SpentCodes } from "../../src/sessions/spent_codes.ts";

const NOW = Date.UTC(2026, 10, 23, 12);

/** Codes remembered in one text file; `time.now` is the clock, `disk.broken` makes every access to it fail. */
function remembering() {
  const time = { now: NOW };
  const disk = { broken: false, files: new Map<string, string>() };
  const access = () => {
    if (disk.broken) throw new AppError("file-full", "unavailable", "no space");
  };
  const codes = new SpentCodes({
    files: { readText: (path) => (access(), disk.files.get(path) ?? null) },
    replaceFile: (path, bytes) => (access(), void disk.files.set(path, new TextDecoder().decode(bytes))),
    path: (name) => `/cache/${name}`,
    now: () => time.now,
    digest: (text) => Promise.resolve(`digest-${text.length}-${text.charCodeAt(text.length - 1)}`),
  });
  return { codes, time, disk };
}

Deno.test("SpentCodes knows a code that was sent, of that device alone, and not its neighbours", async () => {
  const { codes } = remembering();
  assert.equal(await codes.isSpent("device", "123456"), false);
  await codes.spend("device", "123456");
  assert.equal(await codes.isSpent("device", "123456"), true);
  assert.equal(await codes.isSpent("device", "123457"), false);
  assert.equal(await codes.isSpent("other device", "123456"), false);
});

Deno.test("SpentCodes forgets a code after the steps in which it could be valid, and one from the future", async () => {
  const { codes, time } = remembering();
  await codes.spend("device", "123456");
  time.now = NOW + 119_999;
  assert.equal(await codes.isSpent("device", "123456"), true);
  time.now = NOW + 120_000;
  assert.equal(await codes.isSpent("device", "123456"), false);
  time.now = NOW - 1;
  assert.equal(await codes.isSpent("device", "123456"), false);
});

Deno.test("SpentCodes writes digests, no codes", async () => {
  const { codes, disk } = remembering();
  await codes.spend("device", "123456");
  assert.doesNotMatch([...disk.files].flat().join("\n"), /123456/);
});

Deno.test("SpentCodes lets everybody sign in where nothing can be remembered", async () => {
  const { codes, disk } = remembering();
  disk.broken = true;
  await codes.spend("device", "123456");
  assert.equal(await codes.isSpent("device", "123456"), false);
});
