/** `doctor`: what this program is and what it finds here, to read or to show to others. Nothing secret is in it. */
import { AppError, escapeControls } from "../../errors.ts";
import { buildFacts } from "../build_facts.ts";
import type { InputOf } from "../command.ts";
import type { doctorDeclaration } from "../declarations.ts";
import type { CommandDeps } from "../deps.ts";
import { doctorReport, type Finding } from "../doctor_report.ts";
import { exitCodes } from "../exit_codes.ts";
import { version } from "../version.ts";

type DoctorDeps = Pick<CommandDeps, "inspect" | "tryStore" | "stdout" | "env" | "platform">;

/** Answers {@link exitCodes.failure} when there is a problem. */
export async function doctor(
  input: InputOf<typeof doctorDeclaration>,
  { inspect, tryStore, stdout, env, platform: { runtime, runtimeVersion, os, arch } }: DoctorDeps,
): Promise<number> {
  const inspection = await inspect();
  const canTry = input.tryStore && !(inspection.store instanceof AppError);
  const tried = canTry ? await outcome(tryStore) : null;
  const findings = doctorReport(inspection, tried, setVariables(env.all()));
  const { kind: build, commit, target } = buildFacts;
  stdout.write(
    input.json
      ? `${
        JSON.stringify(
          { version, commit, build, target, runtime, runtimeVersion, os, arch, findings },
          null,
          2,
        )
      }\n`
      : `aws-vault ${version}, commit ${commit}, ${build} build, ${runtime} ${runtimeVersion} on ${os} ${arch}\n${
        findings.map(line).join("")
      }`,
  );
  return findings.some(({ level }) => level === "problem") ? exitCodes.failure : exitCodes.success;
}

async function outcome(tryStore: () => Promise<void>): Promise<"works" | AppError> {
  try {
    await tryStore();
    return "works";
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function line({ level, topic, text }: Finding): string {
  return `${level.padEnd(8)} ${topic.padEnd(12)} ${escapeControls(text)}\n`;
}

/** Names alone. */
function setVariables(all: Readonly<Record<string, string>>): string[] {
  return Object.entries(all).filter(([name, value]) => name.startsWith("AWS_") && value !== "")
    .map(([name]) => name).sort();
}
