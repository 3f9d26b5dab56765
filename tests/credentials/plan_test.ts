import assert from "node:assert/strict";
import { likelyPlan } from "../../src/credentials/cached_answer.ts";
import { explainPlan } from "../../src/credentials/explain.ts";
import { type Plan, planCredentials, type PlanStep } from "../../src/credentials/plan.ts";
import type { ProfileSettings } from "../../src/config/settings.ts";
import { AppError } from "../../src/errors.ts";
import { profileSettings } from "./profile_settings.ts";

const M = "arn:aws:iam::123456789012:mfa/jonsmith";
const OTHER = "arn:aws:iam::123456789012:mfa/other";
const HOUR = 3600;

/** `-d` sets every duration of every profile, as the settings resolver does. */
function chainOf(d: number | null) {
  const durations = d === null ? {} : {
    durations: { assumeRoleSeconds: d, sessionTokenSeconds: d, chainedSessionTokenSeconds: d },
  };
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  const jonsmith = profileSettings({ name: "jonsmith", mfaSerial: M, ...durations });
  const fooReadonly = profileSettings({
    name: "foo-readonly",
    role: role("ro"),
    source: jonsmith,
    ...durations,
  });
  const fooAdmin = profileSettings({
    name: "foo-admin",
    role: role("admin"),
    source: jonsmith,
    mfaSerial: M,
    ...durations,
  });
  const barRole1 = profileSettings({
    name: "bar-role1",
    role: role("one"),
    source: jonsmith,
    mfaSerial: M,
    ...durations,
  });
  const barRole2 = profileSettings({
    name: "bar-role2",
    role: role("two"),
    source: barRole1,
    mfaSerial: M,
    ...durations,
  });
  return {
    jonsmith,
    "foo-readonly": fooReadonly,
    "foo-admin": fooAdmin,
    "bar-role1": barRole1,
    "bar-role2": barRole2,
  };
}

function planOf(settings: ProfileSettings, options: { noSession?: boolean; stored?: string[] } = {}): Plan {
  const stored = options.stored ?? ["jonsmith"];
  return planCredentials(settings, {
    noSession: options.noSession ?? false,
    storeId: "file:/keys",
    hasStoredKeys: (name) => stored.includes(name),
  });
}

/** A step as one word per fact: call, profile, seconds, MFA. */
function brief(step: PlanStep): string {
  const mfa = step.mfa.use === "code" ? "code" : step.mfa.use === "already spent" ? "spent" : "none";
  return `${step.kind === "AssumeRole" ? "AR" : "GST"} ${step.profile} ${step.durationSeconds} ${mfa}`;
}

const MATRIX: {
  command: string;
  profile: keyof ReturnType<typeof chainOf>;
  d?: number;
  noSession?: boolean;
  steps: string[];
}[] = [
  { command: "exec jonsmith --no-session", profile: "jonsmith", noSession: true, steps: [] },
  { command: "exec jonsmith", profile: "jonsmith", steps: ["GST jonsmith 3600 code"] },
  { command: "exec foo-readonly", profile: "foo-readonly", steps: ["AR foo-readonly 3600 none"] },
  {
    command: "exec foo-admin",
    profile: "foo-admin",
    steps: ["GST jonsmith 28800 code", "AR foo-admin 3600 spent"],
  },
  { command: "exec foo-admin -d 2h", profile: "foo-admin", d: 2 * HOUR, steps: ["AR foo-admin 7200 code"] },
  {
    command: "exec foo-admin --no-session",
    profile: "foo-admin",
    noSession: true,
    steps: ["AR foo-admin 3600 code"],
  },
  {
    command: "exec bar-role2",
    profile: "bar-role2",
    steps: ["GST jonsmith 28800 code", "AR bar-role1 3600 spent", "AR bar-role2 3600 spent"],
  },
  {
    command: "exec bar-role2 --no-session: MFA on the first hop only, which long-lived keys sign",
    profile: "bar-role2",
    noSession: true,
    steps: ["AR bar-role1 3600 code", "AR bar-role2 3600 spent"],
  },
  {
    command: "exec bar-role2 -d 2h: two roles, so the session stays and both roles are capped",
    profile: "bar-role2",
    d: 2 * HOUR,
    steps: ["GST jonsmith 7200 code", "AR bar-role1 3600 spent", "AR bar-role2 3600 spent"],
  },
  { command: "exec jonsmith -d 2h", profile: "jonsmith", d: 2 * HOUR, steps: ["GST jonsmith 7200 code"] },
];

for (const row of MATRIX) {
  Deno.test(`planCredentials, documented matrix: ${row.command}`, () => {
    const plan = planOf(chainOf(row.d ?? null)[row.profile], { noSession: row.noSession ?? false });
    assert.deepEqual(plan.steps.map(brief), row.steps);
    assert.equal(plan.base.profile, "jonsmith");
  });
}

const role = "arn:aws:iam::123456789012:role/r";
const RULES: {
  rule: string;
  target: ProfileSettings;
  stored: string[];
  noSession?: boolean;
  base: string;
  steps: string[];
}[] = [
  {
    rule: "a profile without MFA gets a session without MFA",
    target: profileSettings({ name: "plain" }),
    stored: ["plain"],
    base: "plain",
    steps: ["GST plain 3600 none"],
  },
  {
    rule: "a role profile with keys of its own calls AssumeRole with them, even where a source is named",
    target: profileSettings({
      name: "own",
      role,
      mfaSerial: M,
      source: profileSettings({ name: "base", mfaSerial: M }),
    }),
    stored: ["own", "base"],
    base: "own",
    steps: ["AR own 3600 code"],
  },
  {
    rule: "a role profile with keys of its own that is itself a source gets a session first",
    target: profileSettings({
      name: "outer",
      role,
      mfaSerial: M,
      source: profileSettings({ name: "inner", role, mfaSerial: M }),
    }),
    stored: ["inner"],
    base: "inner",
    steps: ["GST inner 28800 code", "AR inner 3600 spent", "AR outer 3600 spent"],
  },
  {
    rule:
      "without a role but with a source of the same MFA, the session is the source's, as long as a chained one",
    target: profileSettings({
      name: "alias",
      mfaSerial: M,
      source: profileSettings({ name: "base", mfaSerial: M }),
    }),
    stored: ["base"],
    base: "base",
    steps: ["GST base 28800 code"],
  },
  {
    rule: "without a role and with another MFA than the source, the session is the profile's own",
    target: profileSettings({
      name: "alias",
      mfaSerial: OTHER,
      source: profileSettings({ name: "base", mfaSerial: M }),
    }),
    stored: ["base"],
    base: "base",
    steps: ["GST alias 3600 code"],
  },
  {
    rule: "no session for a role without MFA behind a source with MFA",
    target: profileSettings({ name: "r", role, source: profileSettings({ name: "base", mfaSerial: M }) }),
    stored: ["base"],
    base: "base",
    steps: ["AR r 3600 none"],
  },
  {
    rule: "no session where the serials differ; the role's own code goes along",
    target: profileSettings({
      name: "r",
      role,
      mfaSerial: OTHER,
      source: profileSettings({ name: "base", mfaSerial: M }),
    }),
    stored: ["base"],
    base: "base",
    steps: ["AR r 3600 code"],
  },
  {
    rule: "a source without keys and role passes on what is behind it",
    target: profileSettings({
      name: "r",
      role,
      source: profileSettings({ name: "middle", source: profileSettings({ name: "base" }) }),
    }),
    stored: ["base"],
    base: "base",
    steps: ["AR r 3600 none"],
  },
  {
    rule: "the chain ends at the first profile with keys",
    target: profileSettings({
      name: "r",
      role,
      source: profileSettings({ name: "a", source: profileSettings({ name: "b" }) }),
    }),
    stored: ["a", "b"],
    base: "a",
    steps: ["AR r 3600 none"],
  },
  {
    rule: "a role's credentials never bring a code along",
    target: profileSettings({
      name: "outer",
      role,
      mfaSerial: M,
      source: profileSettings({
        name: "inner",
        role,
        source: profileSettings({ name: "base", mfaSerial: M }),
      }),
    }),
    stored: ["base"],
    base: "base",
    steps: ["AR inner 3600 none", "AR outer 3600 none"],
  },
  {
    rule: "duration_seconds over an hour on the only role leaves the session out",
    target: profileSettings({
      name: "long",
      role,
      mfaSerial: M,
      durations: { assumeRoleSeconds: 12 * HOUR },
      source: profileSettings({ name: "base", mfaSerial: M }),
    }),
    stored: ["base"],
    base: "base",
    steps: ["AR long 43200 code"],
  },
];

for (const row of RULES) {
  Deno.test(`planCredentials: ${row.rule}`, () => {
    const plan = planOf(row.target, { stored: row.stored, noSession: row.noSession ?? false });
    assert.equal(plan.base.profile, row.base);
    assert.deepEqual(plan.steps.map(brief), row.steps);
  });
}

Deno.test("planCredentials names the profile that has nothing to start from", () => {
  const target = profileSettings({ name: "r", role, source: profileSettings({ name: "my base" }) });
  assert.throws(() => planOf(target, { stored: [] }), (error: unknown) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "credentials-missing");
    assert.equal(error.kind, "missing");
    assert.match(error.message, /^profile my base: credentials missing$/);
    assert.equal(error.hints[0], "store its keys: aws-vault add 'my base'");
    return true;
  });
});

Deno.test("planCredentials takes a credential_process that runs this program for no source of its own", () => {
  const article = profileSettings({
    name: "p",
    credentialProcess: "aws-vault exec p --duration=1h --json --prompt=osascript",
  });
  assert.throws(() => planOf(article, { stored: [] }), { code: "credentials-missing" });
  assert.equal(planOf(article, { stored: ["p"] }).steps.length, 1);
});

Deno.test("likelyPlan is the plan for the article's profile, and for the role behind it", () => {
  const work = profileSettings({
    name: "work",
    mfaSerial: M,
    credentialProcess: "aws-vault exec work --json",
  });
  const admin = profileSettings({ name: "admin", role, source: work });
  const options = { noSession: false, storeId: "file:/keys" };
  for (const target of [work, admin]) {
    assert.deepEqual(likelyPlan(target, options), planOf(target, { stored: ["work"] }));
  }
  assert.equal(likelyPlan(work, { ...options, noSession: true }), null);
});

Deno.test("planCredentials refuses by name the sources it can't use yet", () => {
  const sources: [Partial<ProfileSettings>, RegExp][] = [
    [{ credentialProcess: "true" }, /credential_process/],
    [{ webIdentity: { tokenFile: "/t", tokenProcess: null } }, /web_identity/],
    [{
      sso: {
        sessionName: null,
        startUrl: "https://x",
        region: null,
        accountId: null,
        roleName: null,
        registrationScopes: [],
      },
    }, /sso_start_url/],
  ];
  for (const [source, named] of sources) {
    assert.throws(() => planOf({ ...profileSettings({ name: "p" }), ...source }, { stored: [] }), named);
  }
});

Deno.test("planCredentials says for each step who has a part in it, the step's profile first", () => {
  assert.deepEqual(planOf(chainOf(null)["bar-role2"]).steps.map((step) => step.involved), [
    ["jonsmith"],
    ["bar-role1", "jonsmith"],
    ["bar-role2", "bar-role1", "jonsmith"],
  ]);
});

Deno.test("roles behind one MFA session share the session's request and no other", () => {
  const profiles = chainOf(null);
  const admin = planOf(profiles["foo-admin"]).steps, one = planOf(profiles["bar-role1"]).steps;
  assert.equal(admin[0]!.request, one[0]!.request);
  assert.notEqual(admin[1]!.request, one[1]!.request);
});

Deno.test("explainPlan says every call with its profile, seconds, MFA and reason", () => {
  const lines = explainPlan(planOf(chainOf(2 * HOUR)["foo-admin"]));
  assert.deepEqual(lines, [
    "plan for profile foo-admin:",
    "  base: stored keys of jonsmith (reached by source_profile from foo-admin)",
    "  1. AssumeRole arn:aws:iam::123456789012:role/admin for foo-admin, 7200 s, MFA arn:aws:iam::123456789012:mfa/jonsmith (signed with the stored keys)",
    "  no GetSessionToken for jonsmith: the role is to last more than 3600 s",
  ]);
});

Deno.test("roles of several regions share the session of a source that names no region, within one partition", () => {
  const sessionOf = (region: string, more: Partial<ProfileSettings["endpoints"]> = {}) => {
    const source = profileSettings({
      name: "base",
      mfaSerial: M,
      endpoints: { region, regionInherited: true, ...more },
    });
    return planOf(profileSettings({ name: "r", role, mfaSerial: M, source, endpoints: { region } }), {
      stored: ["base"],
    }).steps[0]!.request;
  };
  assert.equal(sessionOf("eu-central-1"), sessionOf("us-west-2"));
  assert.notEqual(sessionOf("eu-central-1"), sessionOf("cn-north-1"));
  const legacy = { stsRegionalEndpoints: "legacy" } as const;
  assert.notEqual(sessionOf("eu-central-1", legacy), sessionOf("us-west-2", legacy));
  const custom = { stsEndpointUrl: "http://127.0.0.1:1" };
  assert.notEqual(sessionOf("eu-central-1", custom), sessionOf("us-west-2", custom));
});
