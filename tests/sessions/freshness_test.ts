import assert from "node:assert/strict";
import { isAlive, isFresh, SDK_REFRESH_WINDOW_MS } from "../../src/sessions/freshness.ts";

const MINUTE = 60_000;
const ISSUED = Date.UTC(2026, 10, 23, 12);

const ROWS: { what: string; lifetime: number; age: number; window: number; fresh: boolean }[] = [
  { what: "an hour's session, new", lifetime: 60, age: 0, window: 15, fresh: true },
  {
    what: "an hour's session with 15 min and a second left",
    lifetime: 60,
    age: 44.98,
    window: 15,
    fresh: true,
  },
  { what: "an hour's session with exactly 15 min left", lifetime: 60, age: 45, window: 15, fresh: false },
  {
    what: "a quarter's session, new, where the caller wants 15 min",
    lifetime: 15,
    age: 0,
    window: 15,
    fresh: true,
  },
  { what: "a quarter's session in its second half", lifetime: 15, age: 8, window: 15, fresh: false },
  { what: "no window, a second left", lifetime: 60, age: 59.98, window: 0, fresh: true },
  { what: "no window, expired", lifetime: 60, age: 60, window: 0, fresh: false },
  {
    what: "a negative window never revives expired credentials by more than itself",
    lifetime: 60,
    age: 66,
    window: -5,
    fresh: false,
  },
  { what: "the clock was set back a little", lifetime: 60, age: -10, window: 15, fresh: true },
  { what: "the clock was set back by an hour", lifetime: 60, age: -60, window: 15, fresh: false },
  { what: "the clock jumped ahead", lifetime: 60, age: 600, window: 15, fresh: false },
];

for (const row of ROWS) {
  Deno.test(`isFresh: ${row.what}`, () => {
    const lifetime = { issuedAt: ISSUED, expiresAt: ISSUED + row.lifetime * MINUTE };
    assert.equal(isFresh(lifetime, ISSUED + row.age * MINUTE, row.window * MINUTE), row.fresh);
  });
}

Deno.test("isFresh: what it hands out to SDKs from an hour's session lasts beyond botocore's window", () => {
  const lifetime = { issuedAt: ISSUED, expiresAt: ISSUED + 60 * MINUTE };
  for (let age = 0; age <= 60; age++) {
    const now = ISSUED + age * MINUTE;
    if (isFresh(lifetime, now, SDK_REFRESH_WINDOW_MS)) assert.ok(lifetime.expiresAt - now > 15 * MINUTE);
  }
});

Deno.test("isAlive: until just before the end, and not when the clock is far behind", () => {
  const lifetime = { issuedAt: ISSUED, expiresAt: ISSUED + 60 * MINUTE };
  assert.equal(isAlive(lifetime, ISSUED + 59 * MINUTE), true);
  assert.equal(isAlive(lifetime, ISSUED + 60 * MINUTE - 1000), false);
  assert.equal(isAlive(lifetime, ISSUED + 61 * MINUTE), false);
  assert.equal(isAlive(lifetime, ISSUED - 20 * MINUTE), false);
});
