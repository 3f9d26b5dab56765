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

/** Every member of a profile's settings, nested ones too: whether another value can change what is answered. A new member has to be put here. */
const MEMBERS: Readonly<Record<string, "counts" | "does not count">> = {
  "name": "counts",
  "inConfig": "does not count",
  "mfaSerial": "counts",
  "mfaProcess": "does not count",
  "lockAfterSeconds": "does not count",
  "credentialProcess": "does not count",
  "sso": "does not count",
  "webIdentity": "does not count",
  "source": "counts",
  "role.arn": "counts",
  "role.sessionName": "counts",
  "role.externalId": "counts",
  "role.sourceIdentity": "counts",
  "role.sessionTags": "counts",
  "role.transitiveTagKeys": "counts",
  "durations.assumeRoleSeconds": "counts",
  "durations.sessionTokenSeconds": "does not count",
  "durations.chainedSessionTokenSeconds": "does not count",
  "endpoints.region": "counts",
  "endpoints.stsEndpointUrl": "counts",
  "endpoints.stsRegionalEndpoints": "counts",
  "endpoints.useFips": "counts",
  "endpoints.useDualStack": "counts",
  "endpoints.endpointUrl": "does not count",
};

/** A role's profile in a chain, all members set, with what `change` puts in the place of one. */
function chainWith(path: string, value: unknown): ProfileSettings {
  const full = profileSettings({
    name: "target",
    mfaSerial: "m",
    mfaProcess: "p",
    lockAfterSeconds: 1,
    credentialProcess: "c",
    role: {
      arn: "arn",
      sessionName: "s",
      externalId: "e",
      sourceIdentity: "i",
      sessionTags: [["k", "v"]],
      transitiveTagKeys: ["k"],
    },
    source: profileSettings({ name: "base", mfaSerial: "m" }),
    durations: { assumeRoleSeconds: 1000, sessionTokenSeconds: 1001, chainedSessionTokenSeconds: 1002 },
    endpoints: { stsEndpointUrl: "https://sts", endpointUrl: "https://all" },
  });
  const [first, second] = path.split(".") as [keyof ProfileSettings, string | undefined];
  const changed = second === undefined ? value : { ...full[first] as object, [second]: value };
  return { ...full, [first]: changed } as ProfileSettings;
}

function lastRequestOf(profile: ProfileSettings): string {
  let end = profile;
  while (end.source !== null) end = end.source;
  const options = { noSession: false, storeId: "s", hasStoredKeys: (name: string) => name === end.name };
  return planCredentials(profile, options).steps.at(-1)!.request;
}

Deno.test("a plan's request: every member of a role profile's settings counts, or is known not to", () => {
  const usual = chainWith("name", "target");
  const members = Object.entries(usual).flatMap(([name, value]) =>
    ["role", "durations", "endpoints"].includes(name)
      ? Object.keys(value as object).map((inner) => `${name}.${inner}`)
      : [name]
  );
  assert.deepEqual(members.toSorted(), Object.keys(MEMBERS).toSorted());
  const otherValues: Readonly<Record<string, unknown>> = {
    source: profileSettings({ name: "other base", mfaSerial: "m" }),
    sso: {
      sessionName: null,
      startUrl: "u",
      region: null,
      accountId: null,
      roleName: null,
      registrationScopes: [],
    },
    webIdentity: { tokenFile: "/f", tokenProcess: null },
    inConfig: false,
    "role.sessionTags": [["k", "w"]],
    "role.transitiveTagKeys": ["l"],
    "endpoints.stsRegionalEndpoints": "legacy",
    "endpoints.useFips": true,
    "endpoints.useDualStack": true,
  };
  for (const [path, counts] of Object.entries(MEMBERS)) {
    const isNumber = path.startsWith("durations.") || path === "lockAfterSeconds";
    const changed = chainWith(path, otherValues[path] ?? (isNumber ? 1234 : "other"));
    assert.equal(lastRequestOf(changed) !== lastRequestOf(usual), counts === "counts", path);
  }
});

Deno.test("a plan's request: what the profiles behind a role say counts as well, however far behind", () => {
  const chain = (change: Partial<Parameters<typeof profileSettings>[0]>, at: number) =>
    [2, 1, 0].reduce<ProfileSettings | null>((source, i) =>
      profileSettings({
        name: `p${i}`,
        mfaSerial: "m",
        source,
        ...(i < 2 ? { role: `arn${i}` } : {}),
        ...(i === at ? change : {}),
      }), null)!;
  const usual = lastRequestOf(chain({}, 0));
  const changes: readonly (readonly [Parameters<typeof chain>[0], readonly number[]])[] = [
    [{ name: "other" }, [0, 1, 2]],
    [{ mfaSerial: "n" }, [0, 2]],
    [{ role: "other" }, [0, 1]],
    [{ durations: { assumeRoleSeconds: 1800 } }, [0, 1]],
    [{ durations: { chainedSessionTokenSeconds: 1800 } }, [2]],
    [{ endpoints: { region: "eu-west-1" } }, [0, 1, 2]],
    [{ endpoints: { stsEndpointUrl: "https://x" } }, [0, 1, 2]],
  ];
  for (const [change, places] of changes) {
    for (const at of places) {
      assert.notEqual(lastRequestOf(chain(change, at)), usual, `${JSON.stringify(change)} at ${at}`);
    }
  }
});
