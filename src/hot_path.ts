/**
 * The answer that AWS tools ask for at every start, given once more: what the kernel remembers of it, the record on disk, and a look at all
 * that it depended on. Knows nothing of arguments, config files or stores: the same command line, variables, config file and sights lead to
 * the same record, and `remember_answer.ts` has seen to which. Whatever is not as it was is left to the rest of the program.
 */
import { version } from "./cli/version.ts";
import type { HotMachine } from "./host/host.ts";
import {
  ANSWER_DESCRIPTION,
  answerQuestion,
  decodeAnswer,
  identityIn,
} from "./sessions/remembered_answer.ts";

/** Exit code for an answer that did not get out as a whole. */
const CUT_OFF = 1;

/** Whether the command line is worth a look: `--json`, `--format=json`, `--format json`, `-j` in a bunch. */
export function mayAskForJson(args: readonly string[]): boolean {
  for (const word of args) {
    if (word.endsWith("json") || (word[0] === "-" && word[1] !== "-" && word.includes("j"))) return true;
  }
  return false;
}

/** The exit code when it has answered; `null`, and nothing written anywhere, when that is left to the rest of the program. */
export function answerFromMemory(machine: HotMachine): number | null {
  if (machine.stdoutIsTerminal()) return null;
  const name = machine.digester();
  name.update(answerQuestion(version, machine.args, machine.env));
  const remembered = machine.readKey(ANSWER_DESCRIPTION + name.digest("hex"));
  const answer = remembered === null ? null : decodeAnswer(remembered.bytes);
  const now = machine.now();
  if (answer === null || !(now >= answer.from && now < answer.until)) return null;

  for (const sight of answer.sights) if (machine.exists(sight.slice(1)) !== (sight[0] === "+")) return null;
  // Another config, cleared, replaced or damaged records, and a cache key that has been locked away, all end here.
  const proof = machine.digester(), { configPath } = answer;
  const config = answer.configIsLarge ? machine.status(configPath) : machine.read(configPath, proof);
  const record = machine.read(answer.recordPath, null), key = machine.readKey(answer.keyDescription);
  if (config === null || record === null || key === null || record.length !== answer.recordLength) {
    return null;
  }
  proof.update(answer.configIsLarge ? identityIn(config) : config);
  proof.update(record);
  proof.update(key.bytes);
  proof.update(answer.share);
  if (proof.digest("hex") !== answer.proof) return null;

  // A pipe takes so little as a whole or not at all; only a full disk takes a part.
  const text = joinHalves(answer.share, record, answer.recordStart), written = machine.print(text);
  if (written < 0) return null;
  if (written < text.length) return CUT_OFF;
  machine.keepKey(key.id, answer.keepSeconds);
  machine.keepKey(remembered!.id, Math.min(answer.keepSeconds, Math.ceil((answer.until - now) / 1000)));
  return 0;
}

/** Share and record, bit by bit exclusive-or; the record is long enough, or it would not have been remembered. */
function joinHalves(share: Uint8Array, record: Uint8Array, start: number): Uint8Array {
  const { length } = share;
  for (let i = 0; i < length; i++) share[i]! ^= record[start + i]!;
  return share;
}
