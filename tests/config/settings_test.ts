import assert from "node:assert/strict";
import type { SettingsOverrides } from "../../src/config/settings.ts";
import { resolveSettings } from "../../src/config/settings.ts";
import { failureOf, sources } from "./config_texts.ts";

const none: SettingsOverrides = { region: null, durationSeconds: null };

/** The part of `value` that `shape` has, so that a row states only what it is about. */
function pick(value: unknown, shape: unknown): unknown {
  if (shape === null || typeof shape !== "object" || Array.isArray(shape)) return value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(shape).map(([key, inner]) => [key, pick((value as Record<string, unknown>)[key], inner)]),
  );
}

interface Row {
  config?: string;
  credentials?: string;
  env?: Record<string, string>;
  overrides?: Partial<SettingsOverrides>;
  profile?: string;
  /** What the settings must hold, among other things. */
  gives: Record<string, unknown>;
}

const arn = "arn:aws:iam::123456789012:role/r";

const rows: Record<string, Row> = {
  "has defaults for a profile that is nowhere": {
    gives: {
      name: "a",
      inConfig: false,
      endpoints: {
        region: null,
        stsEndpointUrl: null,
        stsRegionalEndpoints: "regional",
        useFips: false,
        useDualStack: false,
        endpointUrl: null,
      },
      mfaSerial: null,
      mfaProcess: null,
      lockAfterSeconds: null,
      role: null,
      durations: { assumeRoleSeconds: 3600, sessionTokenSeconds: 3600, chainedSessionTokenSeconds: 28800 },
      source: null,
      sso: null,
      webIdentity: null,
      credentialProcess: null,
      credentialSource: null,
      loginSession: null,
      staticKeys: "none",
    },
  },
  "reads every key of a profile": {
    config: `[profile a]
region = eu-west-1
mfa_serial = m
mfa_process = p
vault_lock_after = 5m
role_arn = ${arn}
role_session_name = n
external_id = e
source_identity = i
session_tags = k=v
transitive_session_tags = k
duration_seconds = 900
source_profile = b
sso_start_url = https://s
sso_region = us-east-1
sso_account_id = 1
sso_role_name = r
web_identity_token_file = /f
web_identity_token_process = w
credential_process = c
login_session = l
sts_regional_endpoints = legacy
use_fips_endpoint = TRUE
use_dualstack_endpoint = true
endpoint_url = http://localhost:1
aws_access_key_id = AKIA
aws_secret_access_key = s
`,
    gives: {
      inConfig: true,
      endpoints: {
        region: "eu-west-1",
        stsEndpointUrl: "http://localhost:1",
        stsRegionalEndpoints: "legacy",
        useFips: true,
        useDualStack: true,
        endpointUrl: "http://localhost:1",
      },
      mfaSerial: "m",
      mfaProcess: "p",
      lockAfterSeconds: 300,
      role: {
        arn,
        sessionName: "n",
        externalId: "e",
        sourceIdentity: "i",
        sessionTags: [["k", "v"]],
        transitiveTagKeys: ["k"],
      },
      durations: { assumeRoleSeconds: 900, sessionTokenSeconds: 3600, chainedSessionTokenSeconds: 28800 },
      source: { name: "b", inConfig: false },
      sso: {
        sessionName: null,
        startUrl: "https://s",
        region: "us-east-1",
        accountId: "1",
        roleName: "r",
        registrationScopes: [],
      },
      webIdentity: { tokenFile: "/f", tokenProcess: "w" },
      credentialProcess: "c",
      loginSession: "l",
      staticKeys: "pair",
    },
  },

  // Precedence
  "takes the region of the flag first": {
    config: "[profile a]\nregion = own\n",
    env: { AWS_REGION: "env" },
    overrides: { region: "flag" },
    gives: { endpoints: { region: "flag" } },
  },
  "takes AWS_REGION before AWS_DEFAULT_REGION and the file": {
    config: "[profile a]\nregion = own\n",
    env: { AWS_REGION: "env", AWS_DEFAULT_REGION: "older" },
    gives: { endpoints: { region: "env" } },
  },
  "takes AWS_DEFAULT_REGION before the file": {
    config: "[profile a]\nregion = own\n",
    env: { AWS_REGION: " ", AWS_DEFAULT_REGION: "older" },
    gives: { endpoints: { region: "older" } },
  },
  "takes the own section before includes and default": {
    config:
      "[default]\nregion = d\n[profile i]\nregion = i\n[profile a]\nregion = own\ninclude_profile = i\n",
    gives: { endpoints: { region: "own" } },
  },
  "takes an included profile before default": {
    config: "[default]\nregion = d\n[profile i]\nregion = i\n[profile a]\ninclude_profile = i\n",
    gives: { endpoints: { region: "i" } },
  },
  "goes on through includes of includes, and at their end to default": {
    config:
      "[default]\nregion = d\n[profile i]\nmfa_serial = i\ninclude_profile = j\n[profile j]\nmfa_serial = j\nexternal_id = x\n[profile a]\ninclude_profile = i\n",
    gives: { endpoints: { region: "d" }, mfaSerial: "i" },
  },
  "reads parent_profile as the older name of include_profile": {
    config: "[profile i]\nregion = i\n[profile a]\nparent_profile = i\n",
    gives: { endpoints: { region: "i" } },
  },
  "takes include_profile before parent_profile": {
    config:
      "[profile i]\nregion = i\n[profile j]\nregion = j\n[profile a]\nparent_profile = j\ninclude_profile = i\n",
    gives: { endpoints: { region: "i" } },
  },
  "takes an empty value for none": {
    config: "[default]\nregion = d\n[profile a]\nregion =\n",
    gives: { endpoints: { region: "d" } },
  },
  "inherits from default without a section of its own": {
    config: "[default]\nregion = d\nmfa_serial = m\n",
    gives: { inConfig: false, endpoints: { region: "d" }, mfaSerial: "m" },
  },
  "inherits from [profile default]": {
    config: "[default]\nregion = x\n[profile default]\nregion = d\n[profile a]\n",
    gives: { endpoints: { region: "d" } },
  },
  "lets the credentials file win over the config file": {
    config: "[profile a]\nregion = c\nmfa_serial = m\n",
    credentials: "[a]\nregion = k\n",
    gives: { inConfig: true, endpoints: { region: "k" }, mfaSerial: "m" },
  },
  "does not count a section of the credentials file as one of the config file": {
    config: "",
    credentials: "[a]\nregion = k\n",
    gives: { inConfig: false, endpoints: { region: "k" } },
  },
  "inherits nothing from a section whose name is a part of its own": {
    config: "[profile a]\nregion = x\n[profile a.b]\n",
    profile: "a.b",
    gives: { inConfig: true, endpoints: { region: null } },
  },
  "replaces nothing in values": {
    config: "[profile a]\nregion = %(mfa_serial)s\nmfa_serial = m\n",
    gives: { endpoints: { region: "%(mfa_serial)s" } },
  },

  // [default]
  "does not inherit from default who somebody is": {
    config:
      `[default]\nrole_arn = ${arn}\nsource_profile = b\nsso_start_url = https://s\nsso_session = missing\nsso_region = r\ncredential_process = c\nweb_identity_token_file = f\nweb_identity_token_process = p\ncredential_source = Environment\nlogin_session = l\naws_access_key_id = A\naws_secret_access_key = S\n[profile a]\n`,
    gives: {
      role: null,
      source: null,
      sso: null,
      credentialProcess: null,
      webIdentity: null,
      credentialSource: null,
      loginSession: null,
      staticKeys: "none",
    },
  },
  "inherits from default everything about a role but its name and source": {
    config:
      `[default]\nrole_session_name = n\nexternal_id = e\nsource_identity = i\nsession_tags = k=v\ntransitive_session_tags = k\nduration_seconds = 900\n[profile a]\nrole_arn = ${arn}\n`,
    gives: {
      role: {
        arn,
        sessionName: "n",
        externalId: "e",
        sourceIdentity: "i",
        sessionTags: [["k", "v"]],
        transitiveTagKeys: ["k"],
      },
      durations: { assumeRoleSeconds: 900 },
    },
  },
  "inherits who somebody is from a default that is included by name": {
    config: `[default]\nrole_arn = ${arn}\nsource_profile = b\n[profile a]\ninclude_profile = default\n`,
    gives: { role: { arn }, source: { name: "b" } },
  },
  "inherits who somebody is from an included profile": {
    config: `[profile i]\nrole_arn = ${arn}\nsource_profile = b\n[profile a]\ninclude_profile = i\n`,
    gives: { role: { arn }, source: { name: "b" } },
  },
  "gives default its own role": {
    config: `[default]\nrole_arn = ${arn}\nsource_profile = b\n`,
    profile: "default",
    gives: { role: { arn }, source: { name: "b" } },
  },
  "follows an include of default": {
    config: `[default]\ninclude_profile = i\n[profile i]\nregion = i\nrole_arn = ${arn}\n[profile a]\n`,
    gives: { endpoints: { region: "i" }, role: null },
  },
  "follows an include of default for default itself": {
    config: `[default]\ninclude_profile = i\n[profile i]\nregion = i\nrole_arn = ${arn}\n`,
    profile: "default",
    gives: { endpoints: { region: "i" }, role: { arn } },
  },
  "stops where an include of default leads back to the profile": {
    config: "[default]\ninclude_profile = a\nmfa_serial = m\n[profile a]\nregion = own\n",
    gives: { endpoints: { region: "own" }, mfaSerial: "m" },
  },

  // Variables
  "takes AWS_MFA_SERIAL for every profile of the chain": {
    config: "[profile a]\nsource_profile = b\nmfa_serial = x\n[profile b]\n",
    env: { AWS_MFA_SERIAL: "m" },
    gives: { mfaSerial: "m", source: { mfaSerial: "m" } },
  },
  "takes the variables of a role for the profile asked for only": {
    config: `[profile a]\nsource_profile = b\n[profile b]\nrole_arn = ${arn}\nrole_session_name = own\n`,
    env: {
      AWS_ROLE_ARN: "arn:other",
      AWS_ROLE_SESSION_NAME: "n",
      AWS_SESSION_TAGS: "k=v",
      AWS_TRANSITIVE_TAGS: "k",
      AWS_SOURCE_IDENTITY: "i",
    },
    gives: {
      role: {
        arn: "arn:other",
        sessionName: "n",
        sourceIdentity: "i",
        sessionTags: [["k", "v"]],
        transitiveTagKeys: ["k"],
      },
      source: {
        role: { arn, sessionName: "own", sourceIdentity: null, sessionTags: [], transitiveTagKeys: [] },
      },
    },
  },
  "lets tags of the environment replace those of the file": {
    config: `[profile a]\nrole_arn = ${arn}\nsession_tags = x=1,y=2\ntransitive_session_tags = x\n`,
    env: { AWS_SESSION_TAGS: "k=v", AWS_TRANSITIVE_TAGS: "k" },
    gives: { role: { sessionTags: [["k", "v"]], transitiveTagKeys: ["k"] } },
  },
  "sorts session tags by key": {
    config: `[profile a]\nrole_arn = ${arn}\nsession_tags = b=2, a = 1 ,b=3\n`,
    gives: { role: { sessionTags: [["a", "1"], ["b", "3"]] } },
  },
  "reads session tags over several lines": {
    config: `[profile a]\nrole_arn = ${arn}\nsession_tags = b=2,\n  a=1\n`,
    gives: { role: { sessionTags: [["a", "1"], ["b", "2"]] } },
  },
  "takes empty variables for none": {
    config: `[profile a]\nrole_arn = ${arn}\n`,
    env: { AWS_ROLE_ARN: "", AWS_SESSION_TAGS: "", AWS_ASSUME_ROLE_TTL: "", AWS_ENDPOINT_URL: "" },
    gives: { role: { arn }, endpoints: { endpointUrl: null }, durations: { assumeRoleSeconds: 3600 } },
  },

  // Durations
  "takes --duration for every duration of every profile": {
    config: "[profile a]\nsource_profile = b\nduration_seconds = 900\n[profile b]\n",
    env: {
      AWS_ASSUME_ROLE_TTL: "1m",
      AWS_SESSION_TOKEN_TTL: "1m",
      AWS_CHAINED_SESSION_TOKEN_TTL: "1m",
    },
    overrides: { durationSeconds: 7200 },
    gives: {
      durations: { assumeRoleSeconds: 7200, sessionTokenSeconds: 7200, chainedSessionTokenSeconds: 7200 },
      source: {
        durations: { assumeRoleSeconds: 7200, sessionTokenSeconds: 7200, chainedSessionTokenSeconds: 7200 },
      },
    },
  },
  "takes --duration 0 for none": {
    overrides: { durationSeconds: 0 },
    gives: {
      durations: { assumeRoleSeconds: 3600, sessionTokenSeconds: 3600, chainedSessionTokenSeconds: 28800 },
    },
  },
  "hands on a negative --duration": {
    overrides: { durationSeconds: -60 },
    gives: { durations: { assumeRoleSeconds: -60 } },
  },
  "takes the variables before duration_seconds": {
    config: "[profile a]\nduration_seconds = 900\n",
    env: { AWS_ASSUME_ROLE_TTL: "2h", AWS_SESSION_TOKEN_TTL: "3h", AWS_CHAINED_SESSION_TOKEN_TTL: "4h" },
    gives: {
      durations: { assumeRoleSeconds: 7200, sessionTokenSeconds: 10800, chainedSessionTokenSeconds: 14400 },
    },
  },
  "takes a variable of zero for none": {
    config: "[profile a]\nduration_seconds = 900\n",
    env: { AWS_ASSUME_ROLE_TTL: "0", AWS_SESSION_TOKEN_TTL: "0s" },
    gives: { durations: { assumeRoleSeconds: 900, sessionTokenSeconds: 3600 } },
  },
  "takes duration_seconds of an included profile and of default": {
    config: "[default]\nduration_seconds = 7200\n[profile a]\n",
    gives: { durations: { assumeRoleSeconds: 7200 } },
  },
  "reads duration_seconds in hexadecimal": {
    config: "[profile a]\nduration_seconds = 0x10\n",
    gives: { durations: { assumeRoleSeconds: 16 } },
  },
  "reads duration_seconds = 1h as an hour": {
    config: "[profile a]\nduration_seconds = 1h\n",
    gives: { durations: { assumeRoleSeconds: 3600 } },
  },
  "reads duration_seconds = 90m": {
    config: "[profile a]\nduration_seconds = 90m\n",
    gives: { durations: { assumeRoleSeconds: 5400 } },
  },
  "takes duration_seconds = 0 for none": {
    config: "[profile a]\nduration_seconds = 0\n",
    gives: { durations: { assumeRoleSeconds: 3600 } },
  },

  // Sources
  "follows source_profile over several profiles": {
    config:
      "[profile a]\nsource_profile = b\n[profile b]\nsource_profile = c\nregion = b\n[profile c]\nregion = c\n",
    gives: { source: { name: "b", source: { name: "c", inConfig: true, source: null } } },
  },
  "takes a source without a section for one with stored keys": {
    config: "[profile a]\nsource_profile = keys\n",
    gives: { source: { name: "keys", inConfig: false, source: null } },
  },
  "takes a profile that is its own source for one with keys of its own": {
    config: `[profile a]\nrole_arn = ${arn}\nsource_profile = a\n`,
    gives: { role: { arn }, source: null },
  },
  "takes an included source that is the profile itself for none": {
    config: "[profile i]\nsource_profile = a\n[profile a]\ninclude_profile = i\n",
    gives: { source: null },
  },
  "keeps each profile's own region": {
    config: "[profile a]\nsource_profile = b\nregion = ra\n[profile b]\nregion = rb\n",
    gives: { endpoints: { region: "ra" }, source: { endpoints: { region: "rb" } } },
  },
  "gives a source without a region that of the profile it serves": {
    config: "[profile a]\nsource_profile = b\nregion = ra\n[profile b]\nsource_profile = c\n",
    gives: { source: { endpoints: { region: "ra" }, source: { endpoints: { region: "ra" } } } },
  },
  "does not give a source's endpoint to others": {
    config: "[profile a]\nsource_profile = b\nendpoint_url = http://a\n[profile b]\n",
    gives: { endpoints: { endpointUrl: "http://a" }, source: { endpoints: { endpointUrl: null } } },
  },
  "does not take mfa_serial from the source": {
    config: "[profile a]\nsource_profile = b\n[profile b]\nmfa_serial = m\n",
    gives: { mfaSerial: null, source: { mfaSerial: "m" } },
  },
  "takes mfa_process from the source, however far": {
    config:
      "[profile a]\nsource_profile = b\n[profile b]\nsource_profile = c\n[profile c]\nmfa_process = p\n",
    gives: { mfaProcess: "p", source: { mfaProcess: "p", source: { mfaProcess: "p" } } },
  },
  "takes vault_lock_after from the source when it names none": {
    config: "[profile a]\nsource_profile = b\n[profile b]\nvault_lock_after = 1h30m\n",
    gives: { lockAfterSeconds: 5400, source: { lockAfterSeconds: 5400 } },
  },
  "takes its own vault_lock_after, 0 too, before the source's": {
    config: "[profile a]\nsource_profile = b\nvault_lock_after = 0\n[profile b]\nvault_lock_after = 1h\n",
    gives: { lockAfterSeconds: 0, source: { lockAfterSeconds: 3600 } },
  },
  "takes vault_lock_after of [default]": {
    config: "[default]\nvault_lock_after = 15m\n[profile a]\nregion = r\n",
    gives: { lockAfterSeconds: 900 },
  },
  "takes its own and the inherited mfa_process before the source's": {
    config: "[default]\nmfa_process = d\n[profile a]\nsource_profile = b\n[profile b]\nmfa_process = p\n",
    gives: { mfaProcess: "d", source: { mfaProcess: "p" } },
  },

  // Text of values
  "keeps a # in the start URL": {
    config: "[profile a]\nsso_start_url=https://x/start#/\n",
    gives: { sso: { startUrl: "https://x/start#/" } },
  },
  "keeps a ; within the quotes of a command": {
    config: '[profile a]\nmfa_process = sh -c "a ; b" ; why\n',
    gives: { mfaProcess: 'sh -c "a ; b"' },
  },
  "keeps a # within single quotes of a command": {
    config: "[profile a]\ncredential_process = sh -c 'true # x'\n",
    gives: { credentialProcess: "sh -c 'true # x'" },
  },
  "keeps a quote hidden by a backslash in a command": {
    config: '[profile a]\nmfa_process = a "b\\" ; c" d\n',
    gives: { mfaProcess: 'a "b\\" ; c" d' },
  },
  "cuts a comment off a command": {
    config: "[profile a]\nmfa_process = ykman code aws # don't ask\n",
    gives: { mfaProcess: "ykman code aws" },
  },
  "takes a quote that is never closed for an ordinary character": {
    config: "[profile a]\nmfa_process = echo don't # why\n",
    gives: { mfaProcess: "echo don't" },
  },
  "takes a command that is all comment for none": {
    config: "[profile a]\nmfa_process = # none\n",
    gives: { mfaProcess: null },
  },
  "reads a command over several lines": {
    config: "[profile a]\nmfa_process = a\n  b\n",
    gives: { mfaProcess: "a\nb" },
  },
  "takes quotes off a whole value, as aws-vault does": {
    config: '[profile a]\nregion = "eu-west-1"\nmfa_serial = \'m\'\nmfa_process = "p q"\n',
    gives: { endpoints: { region: "eu-west-1" }, mfaSerial: "m", mfaProcess: "p q" },
  },
  "takes off backticks that aws-vault has written": {
    config: '[profile a]\nsso_start_url = `https://x/start#/`\nmfa_process = `sh -c "a ; b"`\n',
    gives: { sso: { startUrl: "https://x/start#/" }, mfaProcess: 'sh -c "a ; b"' },
  },
  "leaves quotes around parts of a command": {
    config: '[profile a]\nmfa_process = "a b" "c"\ncredential_process = "C:\\Program Files\\x.exe"\n',
    gives: { mfaProcess: '"a b" "c"', credentialProcess: '"C:\\Program Files\\x.exe"' },
  },

  // SSO
  "takes URL, region and scopes from the sso-session, the rest from the profile": {
    config:
      "[sso-session s]\nsso_start_url = https://s\nsso_region = rs\nsso_registration_scopes = a:b, c:d\n[profile a]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\nsso_start_url = https://own\n",
    gives: {
      sso: {
        sessionName: "s",
        startUrl: "https://s",
        region: "rs",
        accountId: "1",
        roleName: "r",
        registrationScopes: ["a:b", "c:d"],
      },
    },
  },
  "fills what the sso-session leaves out from the profile": {
    config: "[sso-session s]\nsso_start_url = https://s\n[profile a]\nsso_session = s\nsso_region = own\n",
    gives: { sso: { startUrl: "https://s", region: "own", accountId: null, roleName: null } },
  },
  "takes sso_session and account from an included profile": {
    config:
      "[sso-session s]\nsso_start_url = https://s\n[profile i]\nsso_session = s\nsso_account_id = 1\n[profile a]\ninclude_profile = i\nsso_account_id = 2\n",
    gives: { sso: { sessionName: "s", accountId: "2" } },
  },
  "has no SSO without a start URL": {
    config: "[profile a]\nsso_account_id = 1\n",
    gives: { sso: null },
  },

  // Endpoints
  "takes AWS_STS_REGIONAL_ENDPOINTS before the file": {
    config: "[profile a]\nsts_regional_endpoints = legacy\n",
    env: { AWS_STS_REGIONAL_ENDPOINTS: "regional" },
    gives: { endpoints: { stsRegionalEndpoints: "regional" } },
  },
  "takes anything but legacy for regional": {
    env: { AWS_STS_REGIONAL_ENDPOINTS: "whatever" },
    gives: { endpoints: { stsRegionalEndpoints: "regional" } },
  },
  "takes AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT before the file": {
    config: "[profile a]\nuse_fips_endpoint = true\n",
    env: { AWS_USE_FIPS_ENDPOINT: "False", AWS_USE_DUALSTACK_ENDPOINT: "True" },
    gives: { endpoints: { useFips: false, useDualStack: true } },
  },
  "gives the service's own endpoint to STS and the general one to children": {
    env: { AWS_ENDPOINT_URL: "https://all", AWS_ENDPOINT_URL_STS: "https://sts" },
    gives: { endpoints: { stsEndpointUrl: "https://sts", endpointUrl: "https://all" } },
  },
  "knows half a key pair from a whole one": {
    config: "[profile a]\naws_access_key_id = AKIA\n",
    gives: { staticKeys: "half" },
  },
  "puts a key pair together from both files": {
    config: "[profile a]\naws_access_key_id = AKIA\n",
    credentials: "[a]\naws_secret_access_key = s\n",
    gives: { staticKeys: "pair" },
  },
  "takes credential_source as it is written": {
    config: `[profile a]\nrole_arn = ${arn}\ncredential_source = Environment\n`,
    gives: { role: { arn }, source: null, credentialSource: "Environment" },
  },
};

for (const [what, row] of Object.entries(rows)) {
  Deno.test(`resolveSettings ${what}`, () => {
    const settings = resolveSettings(
      row.profile ?? "a",
      sources(row.config ?? "", row.env, row.credentials ?? null),
      { ...none, ...row.overrides },
    );
    assert.deepEqual(pick(settings, row.gives), row.gives);
  });
}

const failures: [what: string, config: string, env: Record<string, string>, failure: string][] = [
  [
    "an include loop",
    "[profile a]\ninclude_profile = b\n[profile b]\ninclude_profile = c\n[profile c]\ninclude_profile = b\n",
    {},
    "config-include-loop: config:6: include_profile: profiles include each other: b -> c -> b",
  ],
  [
    "a profile that includes itself",
    "[profile a]\ninclude_profile = a\n",
    {},
    "config-include-loop: config:2: include_profile: profiles include each other: a -> a",
  ],
  [
    "an include loop behind default",
    "[default]\ninclude_profile = b\n[profile b]\ninclude_profile = default\n[profile a]\n",
    {},
    "config-include-loop: config:4: include_profile: profiles include each other: default -> b -> default",
  ],
  [
    "a loop of sources",
    "[profile a]\nsource_profile = b\n[profile b]\nsource_profile = c\n[profile c]\nsource_profile = b\n",
    {},
    "config-source-loop: config:6: source_profile: profiles draw on each other: b -> c -> b",
  ],
  [
    "a loop of sources through the profile asked for",
    "[profile a]\nsource_profile = b\n[profile b]\nsource_profile = a\n",
    {},
    "config-source-loop: config:4: source_profile: profiles draw on each other: a -> b -> a",
  ],
  [
    "an included profile that is missing",
    "[profile a]\n\ninclude_profile = gone\n",
    {},
    "config-section-missing: config:3: include_profile: there is no section [profile gone]",
  ],
  [
    "an included default that is missing",
    "[profile a]\ninclude_profile = default\n",
    {},
    "config-section-missing: config:2: include_profile: there is no section [default]",
  ],
  [
    "an sso-session that is missing",
    "[profile a]\nsso_session = gone\nsso_start_url = https://x\n",
    {},
    "config-section-missing: config:2: sso_session: there is no section [sso-session gone]",
  ],
  [
    "an sso-session without a start URL",
    "[profile a]\nsso_session = s\n[sso-session s]\nsso_region = r\n",
    {},
    "config-value: config:2: sso_session: [sso-session s] has no sso_start_url",
  ],
  [
    "a services section that is missing",
    "[profile a]\nservices = gone\n",
    { AWS_ENDPOINT_URL: "https://x" },
    "config-section-missing: config:2: services: there is no section [services gone]",
  ],
  [
    "a role with two sources",
    "[profile a]\nrole_arn = x\nsource_profile = b\ncredential_source = Environment\n",
    {},
    "config-conflict: config:4: credential_source: profile a has a source_profile too (config:3)",
  ],
  [
    "session tags without =",
    "[profile a]\nrole_arn = x\nsession_tags = a=1,\n",
    {},
    "config-value: config:3: session_tags: not of the form key=value,key=value",
  ],
  [
    "session tags without = in the environment",
    "[profile a]\nrole_arn = x\n",
    { AWS_SESSION_TAGS: "a" },
    "env-value-invalid: AWS_SESSION_TAGS: not of the form key=value,key=value",
  ],
  [
    "duration_seconds with a leading zero",
    "[profile a]\nduration_seconds = 0900\n",
    {},
    'config-value: config:2: duration_seconds: "0900" begins with a zero, which some tools read as octal',
  ],
  [
    "duration_seconds that is nothing of the kind",
    "[profile a]\nduration_seconds = soon\n",
    {},
    'config-value: config:2: duration_seconds: "soon" is not a number of seconds',
  ],
  [
    "a negative duration_seconds",
    "[profile a]\nduration_seconds = -900\n",
    {},
    'config-value: config:2: duration_seconds: "-900" is not a number of seconds',
  ],
  [
    "a duration_seconds beyond 32 bits",
    "[profile a]\nduration_seconds = 2147483648\n",
    {},
    'config-value: config:2: duration_seconds: "2147483648" is not a number of seconds',
  ],
  [
    "a duration variable without a unit",
    "",
    { AWS_ASSUME_ROLE_TTL: "3600" },
    'env-value-invalid: AWS_ASSUME_ROLE_TTL: "3600" is not a duration',
  ],
  [
    "a duration variable in days, which only flags take",
    "",
    { AWS_SESSION_TOKEN_TTL: "1d" },
    'env-value-invalid: AWS_SESSION_TOKEN_TTL: "1d" is not a duration',
  ],
  [
    "a chained duration variable",
    "",
    { AWS_CHAINED_SESSION_TOKEN_TTL: "x" },
    'env-value-invalid: AWS_CHAINED_SESSION_TOKEN_TTL: "x" is not a duration',
  ],
  [
    "a vault_lock_after without a unit",
    "[profile a]\nvault_lock_after = 900\n",
    {},
    'config-value: config:2: vault_lock_after: "900" is not a duration',
  ],
  [
    "a negative vault_lock_after",
    "[profile a]\nvault_lock_after = -1m\n",
    {},
    'config-value: config:2: vault_lock_after: "-1m" is not a duration',
  ],
  [
    "a boolean that is none",
    "[profile a]\nuse_fips_endpoint = yes\n",
    {},
    "config-value: config:2: use_fips_endpoint: neither true nor false",
  ],
  [
    "a boolean variable that is none",
    "",
    { AWS_USE_DUALSTACK_ENDPOINT: "1" },
    "env-value-invalid: AWS_USE_DUALSTACK_ENDPOINT: neither true nor false",
  ],
  [
    "a value that has swallowed the lines below",
    "[profile a]\nregion = r\n  mfa_serial = m\n",
    {},
    "config-value: config:2: region: the value goes on over the indented lines that follow",
  ],
  [
    "nested properties where there are none",
    "[profile a]\nmfa_process =\n  x = y\n",
    {},
    "config-value: config:2: mfa_process: the value goes on over the indented lines that follow",
  ],
  [
    "control characters in a value",
    "[profile a]\nregion = a\u001bb\n",
    {},
    "config-value: config:2: region: control characters in the value",
  ],
  [
    "control characters in a variable",
    "",
    { AWS_REGION: "a\nb" },
    "env-value-invalid: AWS_REGION: there are control characters in it",
  ],
  [
    "a mistake in a section that counts",
    "[profile a]\nsource_profile = b\n[profile b]\njunk\n",
    {},
    "config-syntax: config:4: a property must have an = between name and value",
  ],
];

for (const [what, config, env, failure] of failures) {
  Deno.test(`resolveSettings names the place of ${what}`, () => {
    assert.equal(failureOf(() => resolveSettings("a", sources(config, env), none)), failure);
  });
}

Deno.test("resolveSettings ends a chain that has no end in sight", () => {
  const config = Array.from({ length: 200 }, (_, i) => `[profile p${i}]\nsource_profile = p${i + 1}\n`).join(
    "",
  );
  assert.match(
    failureOf(() => resolveSettings("p0", sources(config), none)),
    /^config-source-loop: config:\d+: /,
  );
});

Deno.test("resolveSettings tells where each value is from, when asked", () => {
  const config =
    "[default]\nregion = d\n[profile a]\nrole_arn = x\nsource_profile = b\nduration_seconds = 900\n" +
    "services = s\n[profile b]\nmfa_serial = m\n[services s]\nsts =\n  endpoint_url = https://sts\n";
  const lines: string[] = [];
  resolveSettings(
    "a",
    sources(config, { AWS_SESSION_TOKEN_TTL: "2h" }),
    { region: "r", durationSeconds: null },
    (profile, setting, value, origin) => lines.push(`${profile} ${setting} ${value} ${origin}`),
  );
  assert.deepEqual(lines.toSorted(), [
    "a STS endpoint https://sts config:11",
    "a region r --region",
    "a role duration 900 config:6",
    "a role_arn x config:4",
    "a session duration 7200 AWS_SESSION_TOKEN_TTL",
    "a session duration as a source 28800 built-in default",
    "a source_profile b config:5",
    "b mfa_serial m config:9",
    "b region r --region",
    "b role duration 3600 built-in default",
    "b session duration 7200 AWS_SESSION_TOKEN_TTL",
    "b session duration as a source 28800 built-in default",
  ]);
});
