/**
 * Runs the double as a process: `deno run -A tests/fakes/fake_aws_main.ts ['{"users": […], "roles": […]}']`. It prints one line of JSON
 * with `url` and `port`, is steered through `/_fake/`, and ends at a signal, or with its stdin when that is a pipe.
 */
import { FakeAws } from "./fake_aws.ts";

const fake = new FakeAws(JSON.parse(Deno.args[0] ?? "{}"));
console.log(JSON.stringify({ url: fake.url, port: fake.port }));
if (stdinIsPipe()) {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  fake.close();
}

/** Whoever holds the other end is gone when it ends, so nobody is left to stop us. */
function stdinIsPipe(): boolean {
  try {
    const stdin = Deno.statSync("/dev/stdin");
    return stdin.isFifo === true || stdin.isSocket === true;
  } catch {
    return false;
  }
}
