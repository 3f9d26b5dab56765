import assert from "node:assert/strict";
import fc from "fast-check";
import { IniDocument } from "../../src/config/ini_document.ts";
import { AppError } from "../../src/errors.ts";
import { findInCredentialsFile, removeFromCredentialsFile } from "../../src/imports/credentials_file.ts";
import { isUsable } from "../../src/imports/found_key.ts";

const id = "AKIAIOSFODNN7EXAMPLE";
const secretOf = (n: number) => `${n}`.repeat(40);
const line = fc.oneof(
  fc.constantFrom(
    "[a]",
    "[b]",
    "[c] # c",
    "[default]",
    "[profile a]",
    "# c",
    " # c",
    "",
    "region = x",
    "  nested = 1",
    "output = json ; c",
    "s3 =",
  ),
  fc.constantFrom("aws_access_key_id = ", "AWS_ACCESS_KEY_ID=", "  aws_access_key_id = ").map((name) =>
    name + id
  ),
  fc.tuple(
    fc.constantFrom("aws_secret_access_key = ", "aws_secret_access_key=", " aws_secret_access_key ="),
    fc.nat(9),
  )
    .map(([name, n]) => name + secretOf(n)),
  fc.constantFrom("aws_session_token = t", "nonsense", "[", "= x", "a\rb = c"),
);
const text = fc.tuple(
  fc.constantFrom("", "\ufeff"),
  fc.array(line, { maxLength: 14 }),
  fc.constantFrom("\n", "\r\n"),
  fc.boolean(),
)
  .map(([mark, lines, eol, end]) => mark + ["[a]", ...lines].join(eol) + (end ? eol : ""));

/** Every section's properties as the next reader sees them, or why it can't be read. */
function reading(source: string): Record<string, unknown> {
  const document = new IniDocument({ path: "", text: source, dialect: "credentials" });
  return Object.fromEntries(
    document.names("profile").map((name) => {
      try {
        const { properties } = document.read("profile", name)!;
        return [name, Object.fromEntries([...properties].map(([key, { value }]) => [key, value]))];
      } catch (failure) {
        assert.ok(failure instanceof AppError);
        return [name, failure.message.replace(/:\d+:/, ":")];
      }
    }),
  );
}

Deno.test("removeFromCredentialsFile takes out what findInCredentialsFile found, and changes nothing else that anybody reads", () => {
  fc.assert(
    fc.property(text, (before) => {
      const document = new IniDocument({ path: "", text: before, dialect: "credentials" });
      const keys = findInCredentialsFile(document).filter(isUsable);
      const expected = reading(before);
      for (const { profile } of keys) {
        const section = expected[profile] as Record<string, string>;
        delete section["aws_access_key_id"];
        delete section["aws_secret_access_key"];
        if (Object.keys(section).length === 0) delete expected[profile];
      }
      assert.deepEqual(removeFromCredentialsFile(document, keys), keys.map(({ profile }) => profile));
      assert.deepEqual(reading(document.text), expected);
      const comments = (source: string) =>
        source.split(/\r?\n/).filter((each) => /^\ufeff?[ \t]*#/.test(each)).length;
      assert.ok(comments(document.text) <= comments(before));
      // Only lines went, none was made or changed.
      const left = new Set(before.replace("\ufeff", "").split("\n"));
      for (const each of document.text.replace("\ufeff", "").split("\n")) {
        assert.ok(left.has(each) || each === "", JSON.stringify(each));
      }
      assert.deepEqual(findInCredentialsFile(document).filter(isUsable), []);
    }),
    { numRuns: 1000 },
  );
});
