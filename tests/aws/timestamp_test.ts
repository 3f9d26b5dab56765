import assert from "node:assert/strict";
import { parseTimestamp } from "../../src/aws/timestamp.ts";

const TIMES: readonly [text: string, iso: string | null][] = [
  ["2026-08-23T11:11:12Z", "2026-08-23T11:11:12.000Z"],
  ["2026-08-23T11:11:12.5Z", "2026-08-23T11:11:12.500Z"],
  ["2011-07-11T19:55:29.611Z", "2011-07-11T19:55:29.611Z"],
  ["2026-08-23T11:11:12.123456789Z", "2026-08-23T11:11:12.123Z"],
  ["2026-08-23T11:11:12+02:00", "2026-08-23T09:11:12.000Z"],
  ["2026-08-23T11:11:12-0530", "2026-08-23T16:41:12.000Z"],
  ["2026-08-23T11:11:12", "2026-08-23T11:11:12.000Z"],
  ["2026-08-23 11:11:12z", "2026-08-23T11:11:12.000Z"],
  [" 2026-08-23T11:11:12Z\n", "2026-08-23T11:11:12.000Z"],
  ["1787483472", "2026-08-23T11:11:12.000Z"],
  ["1787483472.5", "2026-08-23T11:11:12.500Z"],
  ["", null],
  ["soon", null],
  ["2026-08-23", null],
  ["2026-13-23T11:11:12Z", null],
  ["2026-08-23T25:11:12Z", null],
  ["Sun, 23 Aug 2026 11:11:12 GMT", null],
  ["1787483472000", null],
  ["-1", null],
  ["1e9", null],
];
for (const [text, iso] of TIMES) {
  Deno.test(`parseTimestamp reads ${JSON.stringify(text)} as ${iso}`, () => {
    assert.equal(parseTimestamp(text), iso === null ? null : Date.parse(iso));
  });
}
