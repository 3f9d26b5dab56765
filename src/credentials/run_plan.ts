/**
 * Carries a plan out: from the last step backwards to the first one that is cached, then forwards call by call. Each step is one
 * flight, so callers that share a step share its call and its MFA code.
 */
import type { Credentials } from "../aws/credentials.ts";
import { AppError, escapeControls } from "../errors.ts";
import type { Log } from "../log.ts";
import { maskAccessKeyId } from "../log.ts";
import type { Secret } from "../secret.ts";
import type { CacheKeys } from "../sessions/cache_key.ts";
import type { CacheKey } from "../sessions/session_file.ts";
import type { SpentCodes } from "../sessions/spent_codes.ts";
import { isAlive, isFresh } from "../sessions/freshness.ts";
import type { SessionCache } from "../sessions/session_cache.ts";
import type { SingleFlight } from "../sessions/single_flight.ts";
import { recordName, type Sha256 } from "./cached_answer.ts";
import { credentialsMissing, type Plan, type PlanStep } from "./plan.ts";

export interface MfaRequest {
  readonly serial: string;
  readonly profile: string;
  readonly process: string | null;
}

export interface MfaAnswer {
  readonly code: Secret;
  /** Given on the command line, printed by a program, or typed by a person. */
  readonly source: "token" | "process" | "prompt";
}

/** How often a code is asked for while only spent ones come. */
const CODE_ATTEMPTS = 3;
/** RFC 6238, section 5.2: the default time step. AWS's virtual and hardware devices use it. */
const TOTP_STEP_MS = 30_000;

export interface RunPlanDeps {
  /** Epoch milliseconds by this machine's clock. */
  readonly now: () => number;
  /** What to add to {@link now} to get AWS's time, as far as answers have shown; milliseconds. */
  readonly clockOffset: () => number;
  readonly storedKeys: (profile: string) => Promise<Credentials | null>;
  /** Makes the step's call, signed with `signer`. */
  readonly call: (
    step: PlanStep,
    signer: Credentials,
    mfa: { serial: string; code: Secret } | null,
  ) => Promise<Credentials>;
  /** Whether the failure says that the signer's session is no longer taken, so that a new one may help. */
  readonly signerIsStale: (error: unknown) => boolean;
  readonly mfaCode: (request: MfaRequest) => Promise<MfaAnswer>;
  readonly spentCodes: SpentCodes;
  readonly sha256: Sha256;
  readonly sleep: (ms: number) => Promise<void>;
  readonly cache: SessionCache;
  readonly cacheKeys: CacheKeys;
  readonly flight: SingleFlight;
  /** The least time that cached credentials must have left: for those handed out, and for those that only sign the next call. Milliseconds. */
  readonly windows: { readonly answer: number; readonly signing: number };
  /** See {@link Flight.heedRefusals}. */
  readonly heedRefusals: boolean;
  readonly note: (message: string) => void;
  readonly log: Log;
}

/** The plan's credentials. Throws what stores, prompts and AWS throw; `credentials-missing` when the stored keys have gone. */
export async function runPlan(plan: Plan, deps: RunPlanDeps): Promise<Credentials> {
  return await new PlanRun(plan, deps).upTo(plan.steps.length - 1);
}

class PlanRun {
  readonly #plan: Plan;
  readonly #deps: RunPlanDeps;

  constructor(plan: Plan, deps: RunPlanDeps) {
    this.#plan = plan;
    this.#deps = deps;
  }

  /** Credentials after step `index`; -1 stands for the stored keys. */
  async upTo(index: number): Promise<Credentials> {
    if (index < 0) return await this.#storedKeys();
    const step = this.#plan.steps[index]!;
    const name = await recordName(step.request, this.#deps.sha256);
    const last = index === this.#plan.steps.length - 1;
    const window = last ? this.#deps.windows.answer : this.#deps.windows.signing;
    const fresh = async (key: () => Promise<CacheKey | null>) => {
      const cached = await this.#deps.cache.read(name, key);
      return cached !== null && isFresh(cached.lifetime, this.#deps.now(), window)
        ? cached.credentials
        : null;
    };
    // Before the flight nothing may ask the user: of a hundred callers at a locked store only one is to unlock it.
    return await fresh(() => this.#deps.cacheKeys.unattended(step.lockAfterSeconds)) ??
      await this.#deps.flight.join({
        name,
        landed: () => fresh(() => this.#deps.cacheKeys.existing(step.lockAfterSeconds)),
        heedRefusals: this.#deps.heedRefusals,
        fly: () => this.#renew(index, step, name),
      });
  }

  async #renew(index: number, step: PlanStep, name: string): Promise<Credentials> {
    try {
      return await this.#make(index, step, name);
    } catch (error) {
      const old = error instanceof AppError
        ? await this.#deps.cache.read(name, () => this.#deps.cacheKeys.unattended(step.lockAfterSeconds))
          .catch(() => null)
        : null;
      if (old === null || !isAlive(old.lifetime, this.#deps.now())) throw error;
      const minutes = Math.floor((old.lifetime.expiresAt - this.#deps.now()) / 60_000);
      this.#deps.note(
        `could not renew the session of ${step.profile} (${
          (error as AppError).message
        }); using the one that ends in ${minutes} min`,
      );
      return old.credentials;
    }
  }

  async #make(index: number, step: PlanStep, name: string): Promise<Credentials> {
    const epoch = this.#deps.cache.epoch();
    await this.#deps.cacheKeys.beforeUnlocking(step.lockAfterSeconds);
    const credentials = await this.#signedCall(index, step);
    // Made with the store at hand, so that the next caller needs neither store nor network.
    const key = await this.#deps.cacheKeys.existingOrNew(step.lockAfterSeconds).catch((error) => {
      if (!(error instanceof AppError)) throw error;
      this.#deps.note(`could not keep the session for next time: ${error.message}`);
      return null;
    });
    if (key !== null && credentials.expiresAt !== null) {
      await this.#deps.cache.write(
        name,
        {
          kind: `sts.${step.kind}`,
          profile: step.profile,
          involved: step.involved,
          // By this machine's clock, as it will be read: one that is wrong by hours must not make each answer look too old or too new.
          issuedAt: this.#deps.now(),
          expiresAt: credentials.expiresAt - this.#deps.clockOffset(),
        },
        credentials,
        key,
        epoch,
      );
    }
    return credentials;
  }

  async #signedCall(index: number, step: PlanStep): Promise<Credentials> {
    const signer = await this.upTo(index - 1);
    try {
      return await this.#call(step, signer);
    } catch (error) {
      if (index === 0 || !this.#deps.signerIsStale(error)) throw error;
      this.#deps.log.debug(() =>
        `the session behind ${step.profile} is no longer accepted: making a new one`
      );
      this.#deps.cache.forget(await recordName(this.#plan.steps[index - 1]!.request, this.#deps.sha256));
      return await this.#call(step, await this.upTo(index - 1));
    }
  }

  async #call(step: PlanStep, signer: Credentials): Promise<Credentials> {
    try {
      return await this.#send(step, signer);
    } catch (cause) {
      if (!(cause instanceof AppError) || cause.code !== "sts-parameter-invalid") throw cause;
      const message = `profile ${escapeControls(step.profile)}: ${cause.message}`;
      throw new AppError(cause.code, cause.kind, message, { hints: cause.hints, cause });
    }
  }

  async #send(step: PlanStep, signer: Credentials): Promise<Credentials> {
    this.#deps.log.debug(() =>
      `${step.kind} for ${step.profile}, signed by ${maskAccessKeyId(signer.accessKeyId)}`
    );
    if (step.mfa.use !== "code") return await this.#deps.call(step, signer, null);
    const request = { serial: step.mfa.serial, profile: step.profile, process: step.mfaProcess };
    const { spentCodes, flight } = this.#deps;
    return await flight.exclusively(await spentCodes.turn(request.serial), async () => {
      const code = await this.#unspentCode(request);
      await spentCodes.spend(request.serial, code.reveal());
      return await this.#deps.call(step, signer, { serial: request.serial, code });
    });
  }

  /** A code that has not been sent yet. A program that prints codes is asked again in the next time step, a person at once. */
  async #unspentCode(request: MfaRequest): Promise<Secret> {
    for (let attempt = 0; attempt < CODE_ATTEMPTS; attempt++) {
      const { code, source } = await this.#deps.mfaCode(request);
      if (!await this.#deps.spentCodes.isSpent(request.serial, code.reveal())) return code;
      if (source === "token") break;
      this.#deps.note(`the MFA code of ${request.serial} was used already; waiting for the next one`);
      if (source === "process") await this.#deps.sleep(TOTP_STEP_MS - this.#deps.now() % TOTP_STEP_MS);
    }
    throw new AppError("mfa-code-spent", "denied", `the MFA code of ${request.serial} was used already`, {
      hints: ["AWS takes each code once: wait until the device shows the next one"],
    });
  }

  async #storedKeys(): Promise<Credentials> {
    const keys = await this.#deps.storedKeys(this.#plan.base.profile);
    if (keys !== null) return keys;
    const { profile: name } = this.#plan.base;
    throw credentialsMissing({ name, role: null, sso: null, webIdentity: null, credentialProcess: null });
  }
}
