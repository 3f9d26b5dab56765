/**
 * The environment that the child of `exec` gets: the parent's, without stale credentials and without what opens the vault, plus the new ones.
 * Pure: the same inputs give the same environment.
 */
import type { Credentials } from "../aws/credentials.ts";
import { AppError, escapeControls } from "../errors.ts";
import type { OperatingSystem } from "../host/host.ts";

export interface ChildEnvRequest {
  readonly os: OperatingSystem;
  /** Becomes `AWS_VAULT`. */
  readonly profile: string;
  /** `null`: the child gets `AWS_PROFILE` and resolves the credentials itself. */
  readonly credentials: Credentials | null;
  readonly region: string | null;
  readonly endpointUrl: string | null;
}

/** What says which credentials to use: of another profile, or of an outer shell. SDKs prefer some of these to the keys in the environment. */
const CREDENTIAL_SOURCES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_CREDENTIAL_FILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_PROFILE",
  "AWS_SDK_LOAD_CONFIG",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/** What opens the vault, or signs in to where it is kept. A child has no use for it. */
const VAULT_SECRETS = [
  "AWS_VAULT_FILE_PASSPHRASE",
  "AWS_VAULT_FROM_FILE_PASSPHRASE",
  "AWS_VAULT_MFA_TOKEN",
  "AWS_VAULT_OP_CONNECT_TOKEN",
  "AWS_VAULT_OP_SERVICE_ACCOUNT_TOKEN",
  "OP_CONNECT_TOKEN",
  "OP_SERVICE_ACCOUNT_TOKEN",
  "PROTON_PASS_PERSONAL_ACCESS_TOKEN",
];

const REMOVED: ReadonlySet<string> = new Set([...CREDENTIAL_SOURCES, ...VAULT_SECRETS]);

/** Throws `child-environment-invalid` for a value that no environment can hold, or that could pass for several lines. */
export function childEnvironment(
  parent: Readonly<Record<string, string>>,
  request: ChildEnvRequest,
): Record<string, string> {
  // Windows takes `aws_profile` for AWS_PROFILE, so both have to go.
  const canonical = (name: string) => request.os === "windows" ? name.toUpperCase() : name;
  const added = additions(request);
  const kept = Object.entries(parent).filter(([name]) =>
    !REMOVED.has(canonical(name)) && !Object.hasOwn(added, canonical(name))
  );
  return { ...Object.fromEntries(kept), ...added };
}

function additions({ profile, credentials, region, endpointUrl }: ChildEnvRequest): Record<string, string> {
  const added: Record<string, string> = { AWS_VAULT: profile };
  if (region) {
    // Older tools know the one, newer ones the other.
    added.AWS_REGION = region;
    added.AWS_DEFAULT_REGION = region;
  }
  if (endpointUrl) added.AWS_ENDPOINT_URL = endpointUrl;
  if (credentials === null) added.AWS_PROFILE = profile;
  else {
    added.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
    added.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey.reveal();
    if (credentials.sessionToken !== null) added.AWS_SESSION_TOKEN = credentials.sessionToken.reveal();
    if (credentials.expiresAt !== null) added.AWS_CREDENTIAL_EXPIRATION = utcSeconds(credentials.expiresAt);
  }
  for (const [name, value] of Object.entries(added)) {
    if (!/[\0\r\n]/.test(value)) continue;
    throw new AppError(
      "child-environment-invalid",
      "config",
      `${escapeControls(name)} would hold a NUL character or a line break`,
    );
  }
  return added;
}

/** `2026-01-01T00:00:00Z`: botocore takes the credentials for refreshable by it, and gives up at that time. */
function utcSeconds(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`;
}
