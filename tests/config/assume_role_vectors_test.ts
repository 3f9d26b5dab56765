import assert from "node:assert/strict";
import { findValue, profileLayers } from "../../src/config/profile.ts";
import { type ResolvedProfile, resolveSettings, type SettingsSources } from "../../src/config/settings.ts";
import { AppError } from "../../src/errors.ts";
import { sources } from "./config_texts.ts";
import { readVectors } from "./test_vectors.ts";

type Values = Record<string, string>;
type Link = Record<string, Values | string>;
interface ChainCase {
  docs: string;
  input: { profiles: Record<string, Values>; selected_profile: string };
  output: { ProfileChain?: Link[]; Error?: string };
}

function asConfigText(profiles: Record<string, Values>): string {
  return Object.entries(profiles).map(([name, values]) =>
    `[${name === "default" ? name : `profile ${name}`}]\n` +
    Object.entries(values).map(([key, value]) => `${key} = ${value}\n`).join("")
  ).join("\n");
}

/**
 * The chain that the AWS SDKs derive, from our settings: keys in the files count, and nothing is in a vault. Throws an AppError or says
 * why there is none.
 */
function chainOf(profile: ResolvedProfile, files: SettingsSources, isSource: boolean): Link[] {
  const own = (key: Parameters<typeof findValue>[1]) =>
    findValue(profileLayers(files, profile.name), key)?.value;
  const refuse = (why: string): never => {
    throw new AppError("no-chain", "config", why);
  };
  const account = (name: string) => {
    const value = files.config.read("profile", name)?.properties.get("aws_account_id")?.value;
    return value === undefined ? {} : { account_id: value };
  };
  const keys = (): Link[] => {
    if (profile.staticKeys !== "pair") return refuse("no keys, or half a pair");
    const token = files.config.read("profile", profile.name)!.properties.get("aws_session_token")?.value;
    return [{
      AccessKey: {
        access_key_id: own("aws_access_key_id")!,
        secret_access_key: own("aws_secret_access_key")!,
        ...(token === undefined ? {} : { session_token: token }),
        ...account(profile.name),
      },
    }];
  };
  if (!files.config.read("profile", profile.name)) return refuse("no such profile");
  if (isSource && profile.staticKeys !== "none") return keys();
  const { role, webIdentity, sso } = profile;
  const session = role?.sessionName == null ? {} : { role_session_name: role.sessionName };
  if (webIdentity?.tokenFile != null) {
    if (role === null) return refuse("web identity without role");
    return [{
      WebIdentityToken: { role_arn: role.arn, web_identity_token_file: webIdentity.tokenFile, ...session },
    }];
  }
  if (role !== null) {
    const step = {
      AssumeRole: {
        role_arn: role.arn,
        ...session,
        ...(role.externalId === null ? {} : { external_id: role.externalId }),
      },
    };
    if (profile.source !== null) return [...chainOf(profile.source, files, true), step];
    if (own("source_profile") !== undefined) return [...keys(), step];
    if (profile.credentialSource !== null) return [{ NamedSource: profile.credentialSource }, step];
    return refuse("a role without source");
  }
  if (sso !== null) {
    if ((sso.roleName === null) !== (sso.accountId === null) || sso.region === null) {
      return refuse("half an SSO role");
    }
    return [{
      Sso: {
        ...(sso.accountId === null ? {} : { sso_account_id: sso.accountId }),
        sso_region: sso.region,
        ...(sso.roleName === null ? {} : { sso_role_name: sso.roleName }),
        ...(sso.sessionName === null ? {} : { sso_session_name: sso.sessionName }),
        sso_start_url: sso.startUrl,
      },
    }];
  }
  if (profile.credentialProcess !== null) return [{ CredentialProcess: profile.credentialProcess }];
  return keys();
}

for (const { docs, input, output } of readVectors<ChainCase[]>("profile/assume-role-tests.subset.json")) {
  Deno.test(`published role chain case: ${docs}`, () => {
    const files = sources(asConfigText(input.profiles));
    const chain = () =>
      chainOf(
        resolveSettings(input.selected_profile, files, { region: null, durationSeconds: null }),
        files,
        false,
      );
    if (output.Error !== undefined) assert.throws(chain, AppError);
    else assert.deepEqual(chain(), output.ProfileChain);
  });
}
