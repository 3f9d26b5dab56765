import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanPrefix, itemOfEntry, passPlace } from "../../src/vault/stores/pass_entries.ts";

Deno.test("passPlace finds an item where aws-vault's cleaned path has it, and nothing outside the prefix", () => {
  const rows: readonly [name: string, entry: string | null, exact: boolean][] = [
    ["work", "work", true],
    ["work/prod", "work/prod", true],
    ["team a", "team a", true],
    ["-dash", "-dash", true],
    ["...", "...", true],
    ["oidc:https://example.awsapps.com/start", "oidc:https:/example.awsapps.com/start", true],
    ["oidc:https:/example.awsapps.com/start", "oidc:https:/example.awsapps.com/start", false],
    ["oidc:https://example.awsapps.com/start/#/", "oidc:https:/example.awsapps.com/start/#", false],
    ["/work", "work", false],
    ["work/", "work", false],
    ["a//b", "a/b", false],
    ["a/../b", "b", false],
    ["./a", "a", false],
    ["a/..", null, false],
    ["..", null, false],
    ["../a", null, false],
    ["a/../../b", null, false],
    [".", null, false],
    ["/", null, false],
    ["", null, false],
    ["nul\0", null, false],
  ];
  for (const [name, entry, exact] of rows) {
    assert.deepEqual(passPlace(name), entry === null ? null : { entry, exact }, name);
  }
});

Deno.test("passPlace leads to no path but its own, and exact ones lead back", () => {
  const part = fc.oneof(fc.constantFrom("", ".", "..", "a", "oidc:https:"), fc.string({ maxLength: 4 }));
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }).map((parts) => parts.join("/")), (name) => {
    const place = passPlace(name);
    if (place === null) return;
    const parts = place.entry.split("/");
    assert.ok(parts.every((one) => one !== "" && one !== "." && one !== ".." && !one.includes("\0")));
    assert.deepEqual(passPlace(itemOfEntry(place.entry)), { entry: place.entry, exact: true });
    assert.equal(place.exact, itemOfEntry(place.entry) === name);
  }));
});

Deno.test("cleanPrefix takes slashes away and refuses to lead elsewhere", () => {
  const rows: readonly [prefix: string, cleaned: string | null][] = [
    ["", ""],
    ["aws", "aws"],
    ["aws/keys/", "aws/keys"],
    ["/aws//keys", "aws/keys"],
    ["./aws", "aws"],
    ["../aws", null],
    ["aws/..", null],
    ["aws\0", null],
  ];
  for (const [prefix, cleaned] of rows) assert.equal(cleanPrefix(prefix), cleaned, prefix);
});
