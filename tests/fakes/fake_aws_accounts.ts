/**
 * The account behind the double: users, keys, MFA devices, roles and the sessions made from them, with the rules of STS about who may
 * get what for how long. Times are epoch milliseconds by the account's own clock.
 */
import { totpCode } from "./fake_aws_totp.ts";

export interface FakeMfaDevice {
  readonly serial: string;
  /** Base32; codes are those of RFC 6238. */
  readonly secret?: string;
  /** Codes that are taken as well, at any time. */
  readonly codes?: readonly string[];
}

export interface FakeUser {
  readonly name: string;
  readonly keys: readonly { readonly id: string; readonly secret: string; readonly inactive?: boolean }[];
  readonly mfa?: FakeMfaDevice;
}

export interface FakeRole {
  readonly name: string;
  /** ARNs of users and roles, the account's `:root`, or `*`. */
  readonly principals: readonly string[];
  readonly requireMfa?: boolean;
  readonly externalId?: string;
  /** Default 3600. */
  readonly maxSessionSeconds?: number;
  /** Tokens that AssumeRoleWithWebIdentity takes for this role. */
  readonly webIdentityTokens?: readonly string[];
}

export interface FakeSetup {
  /** Twelve digits; default 123456789012. */
  readonly accountId?: string;
  readonly users?: readonly FakeUser[];
  readonly roles?: readonly FakeRole[];
}

/** Who signed a call. */
export interface Caller {
  readonly kind: "user" | "session" | "role";
  readonly secret: string;
  readonly token: string | null;
  /** `null` for keys that do not expire. */
  readonly expiresAt: number | null;
  readonly arn: string;
  readonly userId: string;
  /** What trust policies name: the user's or role's own ARN. */
  readonly principal: string;
  /** `null` for roles. */
  readonly user: FakeUser | null;
  /** Whether MFA took part in making the session. */
  readonly mfa: boolean;
}

export interface FakeSession {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly expiresAt: number;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Parameters = ReadonlyMap<string, string>;
type Result = Readonly<Record<string, unknown>>;

export class FakeAccount {
  readonly id: string;
  readonly #now: () => number;
  readonly #users = new Map<string, FakeUser>();
  readonly #roles = new Map<string, FakeRole>();
  readonly #sessions = new Map<string, Caller>();
  readonly #spentCodes = new Set<string>();

  constructor(setup: FakeSetup, now: () => number) {
    this.id = setup.accountId ?? "123456789012";
    this.#now = now;
    this.add(setup);
  }

  /** Adds users and roles, or replaces those of the same name. */
  add(setup: Pick<FakeSetup, "users" | "roles">): void {
    for (const user of setup.users ?? []) this.#users.set(user.name, user);
    for (const role of setup.roles ?? []) this.#roles.set(role.name, role);
  }

  /** Ends all sessions: `expire` has them refused as expired, `revoke` as unknown. */
  endSessions(how: "expire" | "revoke"): void {
    if (how === "revoke") this.#sessions.clear();
    else for (const [id, session] of this.#sessions) this.#sessions.set(id, { ...session, expiresAt: 0 });
  }

  /** `null` for an unknown or inactive key. */
  caller(accessKeyId: string): Caller | null {
    for (const user of this.#users.values()) {
      const key = user.keys.find(({ id, inactive }) => id === accessKeyId && !inactive);
      if (key === undefined) continue;
      const arn = this.#userArn(user);
      return {
        kind: "user",
        secret: key.secret,
        token: null,
        expiresAt: null,
        arn,
        userId: stableId("AIDA", user.name),
        principal: arn,
        user,
        mfa: false,
      };
    }
    return this.#sessions.get(accessKeyId) ?? null;
  }

  /** Secret keys and tokens of all sessions there are, for those who look for leaks. */
  get issuedSecrets(): string[] {
    return [...this.#sessions.values()].flatMap(({ secret, token }) =>
      token === null ? [secret] : [secret, token]
    );
  }

  getCallerIdentity(caller: Caller): Result {
    return { Arn: caller.arn, UserId: caller.userId, Account: this.id };
  }

  async getSessionToken(parameters: Parameters, caller: Caller): Promise<Result> {
    const seconds = duration(parameters, 43_200, 129_600);
    if (caller.kind !== "user") {
      throw new Refusal(403, "AccessDenied", "Cannot call GetSessionToken with session credentials");
    }
    const mfa = await this.#checkMfa(parameters, caller);
    return { Credentials: this.#issue({ ...caller, kind: "session", mfa }, seconds) };
  }

  async assumeRole(parameters: Parameters, caller: Caller): Promise<Result> {
    const { role, sessionName } = this.#roleParameters(parameters);
    const seconds = duration(parameters, 3600, 43_200);
    const arn = parameters.get("RoleArn")!;
    const mfa = await this.#checkMfa(parameters, caller);
    const denied = new Refusal(
      403,
      "AccessDenied",
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
    if (role === null || !this.#trusts(role, caller)) throw denied;
    if (role.requireMfa && !mfa && !caller.mfa) throw denied;
    if (role.externalId !== undefined && parameters.get("ExternalId") !== role.externalId) throw denied;
    if (caller.kind !== "user" && seconds > 3600) {
      throw invalid(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
      );
    }
    return this.#roleSession(role, sessionName, seconds, mfa, parameters.get("SourceIdentity"));
  }

  assumeRoleWithWebIdentity(parameters: Parameters): Result {
    const { role, sessionName } = this.#roleParameters(parameters);
    const seconds = duration(parameters, 3600, 43_200);
    const token = required(parameters, "WebIdentityToken");
    if (role === null || !role.webIdentityTokens?.includes(token)) {
      throw new Refusal(400, "InvalidIdentityToken", "The web identity token could not be validated");
    }
    return {
      ...this.#roleSession(role, sessionName, seconds, false, undefined),
      SubjectFromWebIdentityToken: "subject",
      Provider: "fake",
    };
  }

  #roleParameters(parameters: Parameters): { role: FakeRole | null; sessionName: string } {
    const arn = required(parameters, "RoleArn");
    const sessionName = required(parameters, "RoleSessionName");
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
      throw invalid("1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint");
    }
    const prefix = `arn:aws:iam::${this.id}:role/`;
    return {
      role: arn.startsWith(prefix) ? this.#roles.get(arn.slice(prefix.length)) ?? null : null,
      sessionName,
    };
  }

  #roleSession(
    role: FakeRole,
    sessionName: string,
    seconds: number,
    mfa: boolean,
    sourceIdentity?: string,
  ): Result {
    if (seconds > (role.maxSessionSeconds ?? 3600)) {
      throw invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    const arn = `arn:aws:sts::${this.id}:assumed-role/${role.name.split("/").at(-1)}/${sessionName}`;
    const userId = `${stableId("AROA", role.name)}:${sessionName}`;
    const principal = `arn:aws:iam::${this.id}:role/${role.name}`;
    return {
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
      Credentials: this.#issue({ kind: "role", arn, userId, principal, user: null, mfa }, seconds),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  }

  #trusts(role: FakeRole, caller: Caller): boolean {
    const root = `arn:aws:iam::${this.id}:root`;
    return role.principals.some((principal) =>
      principal === "*" || principal === root || principal === caller.principal
    );
  }

  /** Whether the call brought a right code. Throws when it brought a wrong one. */
  async #checkMfa(parameters: Parameters, caller: Caller): Promise<boolean> {
    const serial = parameters.get("SerialNumber"), code = parameters.get("TokenCode");
    if (serial === undefined && code === undefined) return false;
    const denied = (reason: string) =>
      new Refusal(403, "AccessDenied", `MultiFactorAuthentication failed${reason}`);
    if (serial === undefined || code === undefined) {
      throw denied(", must provide both MFA serial number and one time pass code.");
    }
    const device = caller.user?.mfa;
    if (device?.serial !== serial) {
      throw denied(
        ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
      );
    }
    const now = this.#now();
    const spent = `${serial} ${code}`;
    // Marked before anything is awaited, so that of two calls with one code only one can win.
    const used = this.#spentCodes.has(spent);
    this.#spentCodes.add(spent);
    const shown = device.secret === undefined
      ? []
      : await Promise.all([-1, 0, 1].map((steps) => totpCode(device.secret!, now, steps)));
    const right = shown.includes(code) || (device.codes?.includes(code) ?? false);
    if (!right) this.#spentCodes.delete(spent);
    if (used || !right) throw denied(" with invalid MFA one time pass code. ");
    return true;
  }

  #issue(caller: Omit<Caller, "secret" | "token" | "expiresAt">, seconds: number): Result {
    const session: FakeSession = {
      accessKeyId: `ASIA${randomText(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}`,
      secret: randomText(40),
      token: `FwoGZXIvYXdzE${randomText(200)}==`,
      // Whole seconds, as STS has it.
      expiresAt: (Math.floor(this.#now() / 1000) + seconds) * 1000,
    };
    this.#sessions.set(session.accessKeyId, { ...caller, ...session });
    return {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secret,
      SessionToken: session.token,
      Expiration: new Date(session.expiresAt),
    };
  }

  #userArn(user: FakeUser): string {
    return `arn:aws:iam::${this.id}:user/${user.name}`;
  }
}

function invalid(message: string): Refusal {
  return new Refusal(400, "ValidationError", message);
}

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === "") {
    throw invalid(`1 validation error detected: Value null at '${name}'`);
  }
  return value;
}

function duration(parameters: Parameters, standard: number, most: number): number {
  const seconds = Number(parameters.get("DurationSeconds") ?? standard);
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= most) return seconds;
  throw invalid("1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint");
}

function randomText(
  length: number,
  alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
): string {
  // Bias does not matter here.
  return Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => alphabet[byte % alphabet.length],
  ).join("");
}

/** The same for the same name, and of the form that AWS's ids have. */
function stableId(prefix: string, name: string): string {
  return prefix + name.toUpperCase().replace(/[^A-Z0-9]/g, "X").padEnd(17, "X").slice(0, 17);
}
