import type { Plan, PlanStep } from "./plan.ts";

/** A plan as lines for `--debug`: what will be called, in which order and why. Holds names and durations, no secrets. */
export function explainPlan(plan: Plan): string[] {
  return [
    `plan for profile ${plan.profile}:`,
    `  base: stored keys of ${plan.base.profile} (${plan.base.reason})`,
    ...plan.steps.map((step, i) => `  ${i + 1}. ${describeStep(step)}`),
    ...(plan.steps.length === 0 ? ["  no call: the stored keys themselves are the answer"] : []),
    ...plan.notes.map((note) => `  ${note}`),
  ];
}

function describeStep(step: PlanStep): string {
  const what = step.kind === "AssumeRole" ? `AssumeRole ${step.role.arn}` : "GetSessionToken";
  const mfa = step.mfa.use === "none"
    ? "no MFA"
    : step.mfa.use === "code"
    ? `MFA ${step.mfa.serial}`
    : `MFA ${step.mfa.serial} already spent`;
  return `${what} for ${step.profile}, ${step.durationSeconds} s, ${mfa} (${step.reason})`;
}
