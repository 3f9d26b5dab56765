import assert from "node:assert/strict";
import { excessLength, itemFileName, itemOfFileName } from "../../src/vault/stores/item_file_names.ts";

Deno.test("itemFileName encodes what aws-vault encodes, and what can't be a file name at all", () => {
  const rows: readonly (readonly [item: string, elsewhere: string, windows: string])[] = [
    ["jonsmith", "jonsmith", "jonsmith"],
    ["work/prod", "work%2Fprod", "work%2Fprod"],
    ["100%", "100%25", "100%25"],
    ["percent%2F", "percent%252F", "percent%252F"],
    ["oidc:https://x/start", "oidc:https:%2F%2Fx%2Fstart", "oidc%3Ahttps%3A%2F%2Fx%2Fstart"],
    ["sts.AssumeRole,YQ,,1", "sts.AssumeRole,YQ,,1", "sts.AssumeRole,YQ,,1"],
    ["back\\slash", "back\\slash", "back%5Cslash"],
    ['<>"|?*', '<>"|?*', "%3C%3E%22%7C%3F%2A"],
    ["trailing.", "trailing.", "trailing%2E"],
    ["trailing ", "trailing ", "trailing%20"],
    [".", "%2E", "%2E"],
    ["..", "%2E%2E", "%2E%2E"],
    ["...", "...", "..%2E"],
    [".hidden", ".hidden", ".hidden"],
    ["CON", "CON", "%43ON"],
    ["nul.txt", "nul.txt", "%6Eul.txt"],
    ["com1", "com1", "%63om1"],
    ["console", "console", "console"],
    ["日本語 🔑", "日本語 🔑", "日本語 🔑"],
  ];
  for (const [item, elsewhere, windows] of rows) {
    assert.equal(itemFileName(item, "linux"), elsewhere);
    assert.equal(itemFileName(item, "darwin"), elsewhere);
    assert.equal(itemFileName(item, "windows"), windows);
    assert.equal(itemOfFileName(elsewhere, "linux"), item);
    assert.equal(itemOfFileName(windows, "windows"), item);
  }
});

Deno.test("itemOfFileName names no item for a file that no item would have", () => {
  for (const fileName of ["a%2fb", "%41", "100%", "%", "%zz", "%C3%BC", "%FF"]) {
    assert.equal(itemOfFileName(fileName, "linux"), null, fileName);
  }
  assert.equal(itemOfFileName("a:b", "windows"), null);
});

Deno.test("excessLength counts bytes, not characters", () => {
  assert.equal(excessLength("x".repeat(255)), null);
  assert.equal(excessLength("x".repeat(256)), 256);
  assert.equal(excessLength("ü".repeat(127)), null);
  assert.equal(excessLength("ü".repeat(128)), 256);
});
