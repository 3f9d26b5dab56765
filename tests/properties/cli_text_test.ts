import { strict as assert } from "node:assert";
import fc from "fast-check";
import { formatCredentials } from "../../src/cli/credential_formats.ts";
import { goDuration } from "../../src/cli/go_duration.ts";
import { goQuote } from "../../src/cli/go_quote.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { paddedTable } from "../../src/cli/padded_table.ts";
import { AppError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";

const unicode = fc.string({ unit: "binary", maxLength: 12 });

Deno.test("goQuote lets nothing through that a terminal would obey, and keeps different texts different", () => {
  fc.assert(fc.property(unicode, unicode, (a, b) => {
    assert.match(goQuote(a), /^"[\p{L}\p{M}\p{N}\p{P}\p{S} ]*"$/u);
    assert.equal(goQuote(a) === goQuote(b), a === b);
  }));
});

Deno.test("goDuration prints what adds up to the seconds again", () => {
  fc.assert(fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (seconds) => {
    const parts = /^(-?)(?:(\d+)h)?(?:(\d+)m)?(\d+)s$/.exec(goDuration(seconds));
    assert.ok(parts);
    const [hours, minutes, rest] = [parts[2], parts[3], parts[4]].map((part) => Number(part ?? 0));
    const total = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0);
    assert.equal(seconds, parts[1] === "-" ? -total : total);
  }));
});

Deno.test("formatCredentials writes export lines that a shell reads back as the value, or refuses", () => {
  fc.assert(fc.property(unicode.filter((region) => region !== ""), (region) => {
    const credentials = {
      accessKeyId: "AKIA",
      secretAccessKey: new Secret("s"),
      sessionToken: null,
      expiresAt: null,
      accountId: null,
    };
    let text;
    try {
      text = formatCredentials("export-env", { profile: "p", credentials, region });
    } catch (error) {
      assert.ok(error instanceof AppError && error.code === "value-unprintable");
      assert.match(region, /[\p{Cc}]/u);
      return;
    }
    assert.equal(
      shellValue(/^export AWS_REGION=(.*)\nexport AWS_DEFAULT_REGION=/m.exec(text)?.[1] ?? ""),
      region,
    );
  }));
});

Deno.test("paddedTable makes all lines of a table equally long, and gives every cell back", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "é", "𝒳", "-"), maxLength: 40 });
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
    const lines = paddedTable(rows).split("\n").slice(0, -1).map((line) => Array.from(line));
    assert.equal(new Set(lines.map((line) => line.length)).size, 1);
    assert.deepEqual(
      lines.map((line) => line.join("").trim().split(/ +/)),
      rows.map((row) => row.join(" ").trim().split(/ +/)),
    );
  }));
});

Deno.test("nearest finds a candidate itself", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (candidates, n) => {
      const word = candidates[n % candidates.length] ?? "";
      assert.equal(nearest(word, candidates), word);
    }),
  );
});

/** What a POSIX shell makes of a word that holds only plain characters, single quotes and `\'`. */
function shellValue(word: string): string {
  return word.replace(/'([^']*)'|\\(.)|([\s$`"&|;<>()*?[\]#~!{}\\])/g, (_, quoted, escaped, special) => {
    assert.equal(special, undefined, `the shell would obey ${special}`);
    return quoted ?? escaped;
  });
}
