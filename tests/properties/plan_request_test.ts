import assert from "node:assert/strict";
import fc from "fast-check";
import type { ProfileSettings, RoleSettings } from "../../src/config/settings.ts";
import { planCredentials } from "../../src/credentials/plan.ts";
import { profileSettings } from "../credentials/profile_settings.ts";

/** Short texts in which separators and digits are frequent, to provoke confusions between neighbouring fields. */
const text = fc.string({
  unit: fc.constantFrom("a", "b", "1", "=", ":", ";", "-", "\n", "é"),
  minLength: 1,
  maxLength: 6,
});
const optional = fc.option(text, { nil: null });
const seconds = fc.integer({ min: 900, max: 43_200 });

/** Everything about a request of one role behind one profile with keys that can change the answer. */
const request = fc.record({
  storeId: text,
  base: text,
  target: text,
  baseMfa: optional,
  targetMfa: optional,
  roleArn: text,
  sessionName: optional,
  externalId: optional,
  sourceIdentity: optional,
  tags: fc.array(fc.tuple(text, text), { maxLength: 2 }),
  transitive: fc.array(text, { maxLength: 2 }),
  assumeRoleSeconds: seconds,
  sessionSeconds: seconds,
  region: optional,
  endpoint: optional,
  legacy: fc.boolean(),
  fips: fc.boolean(),
  dualStack: fc.boolean(),
  noSession: fc.boolean(),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function planFor(r: Request, unrelated: Partial<ProfileSettings> = {}) {
  const endpoints = {
    region: r.region,
    stsEndpointUrl: r.endpoint,
    stsRegionalEndpoints: r.legacy ? "legacy" : "regional",
    useFips: r.fips,
    useDualStack: r.dualStack,
  } as const;
  const durations = {
    assumeRoleSeconds: r.assumeRoleSeconds,
    sessionTokenSeconds: r.sessionSeconds,
    chainedSessionTokenSeconds: r.sessionSeconds,
  };
  const role: RoleSettings = {
    arn: r.roleArn,
    sessionName: r.sessionName,
    externalId: r.externalId,
    sourceIdentity: r.sourceIdentity,
    sessionTags: r.tags,
    transitiveTagKeys: r.transitive,
  };
  const source = profileSettings({ name: r.base, mfaSerial: r.baseMfa, endpoints, durations });
  const target = profileSettings({
    name: r.target,
    mfaSerial: r.targetMfa,
    role,
    source,
    endpoints,
    durations,
  });
  return planCredentials({ ...target, ...unrelated }, {
    noSession: r.noSession,
    storeId: r.storeId,
    hasStoredKeys: (name) => name === r.base,
  });
}

/** What is sent to AWS, by whom and where, as a value to compare with: written apart from the code under test. */
function meaning(r: Request): string {
  return JSON.stringify([
    r.storeId,
    [r.region, r.endpoint, r.legacy, r.fips, r.dualStack],
    planFor(r).base.profile,
    ...planFor(r).steps.map((step) => [
      step.kind,
      step.profile,
      step.durationSeconds,
      step.mfa.use === "none" ? null : [step.mfa.use, step.mfa.serial],
      step.kind === "AssumeRole" ? step.role : null,
    ]),
  ]);
}

const lastRequest = (r: Request) => planFor(r).steps.at(-1)!.request;

Deno.test("a plan's request: two that differ in anything that changes the answer never have the same text", () => {
  fc.assert(
    fc.property(request, request, (a, b) => {
      assert.equal(lastRequest(a) === lastRequest(b), meaning(a) === meaning(b));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a plan's request: changing one field changes the text exactly when it changes the meaning", () => {
  const fields = [
    "storeId",
    "base",
    "target",
    "baseMfa",
    "targetMfa",
    "roleArn",
    "sessionName",
    "externalId",
    "sourceIdentity",
    "tags",
    "transitive",
    "assumeRoleSeconds",
    "sessionSeconds",
    "region",
    "endpoint",
    "legacy",
    "fips",
    "dualStack",
    "noSession",
  ] as const;
  fc.assert(
    fc.property(request, request, fc.constantFrom(...fields), (a, b, name) => {
      const changed: Request = { ...a, [name]: b[name] };
      assert.equal(lastRequest(a) === lastRequest(changed), meaning(a) === meaning(changed), name);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a plan's request does not depend on what has no part in the answer", () => {
  fc.assert(
    fc.property(request, text, fc.nat(), (r, unrelated, lockAfterSeconds) => {
      const plan = planFor(r, {
        mfaProcess: unrelated,
        inConfig: false,
        credentialProcess: unrelated,
        lockAfterSeconds,
      });
      assert.equal(plan.steps.at(-1)!.request, lastRequest(r));
    }),
    { numRuns: 300 },
  );
});
