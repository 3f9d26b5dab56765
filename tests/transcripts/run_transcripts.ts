/**
 * `deno task transcripts [word…]`: every transcript beside this file, or those with one of the words in their name, against the
 * program that AWS_VAULT_TEST_PROGRAM names (`deno`, or an executable; default `dist/aws-vault`).
 */
import { parseTranscript } from "./parse_transcript.ts";
import { chosenProgram } from "./chosen_program.ts";
import { runTranscript } from "./run_transcript.ts";

const folder = new URL("./", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;

const program = await chosenProgram(Deno.env.get("AWS_VAULT_TEST_PROGRAM") ?? "dist/aws-vault", root);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".txt"))
  .sort();
const chosen = names.filter((name) =>
  Deno.args.length === 0 || Deno.args.some((word) => name.includes(word))
);
let [passed, failed] = [0, 0];
for (const name of chosen) {
  const complaints = await complaintsOf(name);
  if (complaints === null) {
    console.log(`-      ${name}: only for the compiled build`);
    continue;
  }
  console.log(`${complaints.length === 0 ? "ok    " : "FAILED"} ${name}`);
  for (const complaint of complaints) console.log(complaint.replace(/^/gm, "    "));
  if (complaints.length === 0) passed++;
  else failed++;
}
if (passed + failed === 0) failed = 1;
console.log(`transcripts on ${program.name}: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** `null` for a transcript that has nothing to say about this program. */
async function complaintsOf(name: string): Promise<string[] | null> {
  try {
    const text = await Deno.readTextFile(`${folder}${name}`);
    const transcript = parseTranscript(`tests/transcripts/${name}`, text);
    return transcript.compiledOnly && !program.compiled ? null : await runTranscript(transcript, program);
  } catch (failure) {
    return [failure instanceof Error ? failure.message : String(failure)];
  }
}
