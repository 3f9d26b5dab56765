import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ANSWER_VARIABLES,
  answerQuestion,
  decodeAnswer,
  encodeAnswer,
} from "../../src/sessions/remembered_answer.ts";

const line = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"));
const answers = fc.record({
  from: fc.nat(),
  until: fc.nat(),
  keepSeconds: fc.nat(),
  keyDescription: line,
  recordPath: line,
  recordLength: fc.nat(),
  recordStart: fc.nat(),
  proof: line,
  configPath: line,
  configIsLarge: fc.boolean(),
  sights: fc.array(line),
  share: fc.uint8Array({ maxLength: 2_000 }),
});

Deno.test("decodeAnswer reads what encodeAnswer wrote", () => {
  fc.assert(fc.property(answers, (answer) => {
    const bytes = encodeAnswer(answer);
    assert.ok(bytes !== null);
    const read = decodeAnswer(bytes)!;
    assert.deepEqual({ ...read, share: read.share.slice() }, { ...answer, share: answer.share.slice() });
  }));
});

Deno.test("encodeAnswer refuses a path with a line break in it", () => {
  const [answer] = fc.sample(answers, 1);
  assert.equal(encodeAnswer({ ...answer!, recordPath: "/a\n/b" }), null);
});

Deno.test("decodeAnswer makes nothing of other bytes, and never fails", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeAnswer(bytes)));
  assert.equal(decodeAnswer(new Uint8Array()), null);
});

Deno.test("answerQuestion is the same for the same question only", () => {
  const words = fc.string().map((word) => word.replaceAll("\0", ""));
  const questions = fc.record({
    args: fc.array(words, { maxLength: 3 }),
    env: fc.dictionary(fc.constantFrom(...ANSWER_VARIABLES.slice(0, 3)), fc.constantFrom("", "a", "=", "-")),
  });
  const ask = ({ args, env }: { args: string[]; env: Record<string, string> }) =>
    answerQuestion("1", args, (name) => env[name]);
  fc.assert(fc.property(questions, questions, (one, other) => {
    const sorted = ({ args, env }: typeof one) => JSON.stringify([args, Object.entries(env).sort()]);
    assert.equal(ask(one) === ask(other), sorted(one) === sorted(other));
  }));
  assert.notEqual(answerQuestion("1", [], () => undefined), answerQuestion("2", [], () => undefined));
});
