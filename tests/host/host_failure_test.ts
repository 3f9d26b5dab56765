import assert from "node:assert/strict";
import { AppError } from "../../src/errors.ts";
import { fileError, isAbsent } from "../../src/host/host_failure.ts";

const rows: [string, string, string][] = [
  ["EACCES", "file-denied", "denied"],
  ["EPERM", "file-denied", "denied"],
  ["ENOSPC", "file-full", "unavailable"],
  ["EDQUOT", "file-full", "unavailable"],
  ["EROFS", "file-full", "unavailable"],
  ["EEXIST", "file-exists", "unavailable"],
  ["EIO", "file-failed", "unavailable"],
  ["ELOOP", "file-failed", "unavailable"],
];

for (const [errno, code, kind] of rows) {
  Deno.test(`fileError makes ${code} of ${errno}, in one line with operation and escaped path`, () => {
    const cause = Object.assign(new Error(`${errno}: details`), { code: errno });
    const error = fileError(cause, "write", "/a\nb\x1b");
    assert.deepEqual([error.code, error.kind, error.cause], [code, kind, cause]);
    assert.match(error.message, /^cannot write \/a\\x0ab\\x1b: [^\n]+$/);
  });
}

Deno.test("fileError knows Deno's classes where there is no errno, and lets an AppError through", () => {
  const denied = Object.assign(new Error("no"), { name: "NotCapable" });
  assert.equal(fileError(denied, "read", "/a").code, "file-denied");
  const ours = new AppError("other", "bug", "ours");
  assert.equal(fileError(ours, "read", "/a"), ours);
});

Deno.test("isAbsent is for what is not there, not for what may not be seen", () => {
  const answers = ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"].map((code) => isAbsent({ code }));
  assert.deepEqual(answers, [true, true, false, false]);
  assert.equal(isAbsent(new Error("something else")), false);
});

Deno.test("fileError says what a folder that is not there is, instead of an errno", () => {
  const message = (code: string) => fileError({ code }, "create", "/a/b").message;
  assert.equal(message("ENOENT"), "cannot create /a/b: no such file or directory");
  assert.equal(message("ENOTDIR"), "cannot create /a/b: a part of the path is no directory");
});
