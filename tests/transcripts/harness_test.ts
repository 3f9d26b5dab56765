/** The harness itself: what it reads, what it lets pass and what it complains about, on a stand-in for the program. */
import assert from "node:assert/strict";
import { huntSecrets } from "./hunt_secrets.ts";
import { textDifference } from "./match_text.ts";
import { parseTranscript } from "./parse_transcript.ts";
import { runTranscript } from "./run_transcript.ts";
import { screenText } from "./screen_text.ts";

Deno.test("parseTranscript reads setup, commands, blocks and keys", () => {
  const text = `# Title
secret: hunter2
env: A=b=c
file: .aws/config 0640
| [default]
|
$ aws-vault exec 'a b' --x="y z" -- ls
env: B=1
see: code:
type: 123456<enter>
stdout:
| one
exit: 3
reveals: stdout files
after: gone absent
`;
  const transcript = parseTranscript("t.txt", text);
  assert.deepEqual(transcript.files, [{ path: ".aws/config", text: "[default]\n\n", mode: 0o640 }]);
  assert.deepEqual([transcript.title, transcript.secrets, transcript.env], ["Title", ["hunter2"], {
    A: "b=c",
  }]);
  const [command] = transcript.commands;
  assert.deepEqual(command?.words, ["aws-vault", "exec", "a b", "--x=y z", "--", "ls"]);
  assert.deepEqual(command?.steps, [{ see: "code:", type: "123456\r" }]);
  assert.deepEqual(command?.terminal, ["stdin"]);
  assert.deepEqual([command?.stdout, command?.stderr, command?.exit], ["one\n", "", 3]);
  assert.deepEqual(command?.after, [{ path: "gone", text: null }]);
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["$ aws-vault x\n", /begins with a comment/],
  ["# T\n", /at least one command/],
  ["# T\nwhat: x\n$ aws-vault\n", /t.txt:2: what: is not known/],
  ["# T\n$ aws-vault\nstdoot:\n| x\n", /t.txt:3: stdoot: is not known/],
  ["# T\n$ aws-vault\n| x\n", /t.txt:3: neither/],
  ["# T\n$ aws-vault 'x\n", /a quote is not closed/],
  ["# T\n$ aws-vault\ntype: x\n", /follows the see/],
  ["# T\n$ aws-vault\nsee: x\ntype: <f13>\n", /no key is called <f13>/],
  ["# T\n$ aws-vault\nexit: many\n", /wants a number/],
  ["# T\n$ aws-vault\nreveals: all\n", /all is none of stdout/],
  ["# T\nsecret: abc\n$ aws-vault\n", /too short/],
  ["# T\nonly: deno\n$ aws-vault\n", /only: wants `compiled`/],
  ["# T\nenv: A\n$ aws-vault\n", /wants NAME=value/],
];
for (const [text, reason] of refused) {
  Deno.test(`parseTranscript refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseTranscript("t.txt", text), reason);
  });
}

const compared: readonly (readonly [expected: string, actual: string, same: boolean])[] = [
  ["", "", true],
  ["a\n", "a\n", true],
  ["a\n", "a", false],
  ["a\n", "", false],
  ["", "a\n", false],
  ["a.c\n", "abc\n", false],
  ["until <expiry>!\n", "until 2026-01-02T03:04:05Z!\n", true],
  ["until <expiry>!\n", "until soon!\n", false],
  ["in <home>/x\n", "in /h/x\n", true],
  ["in <home>/x\n", "in /elsewhere/x\n", false],
  ["<unknown>\n", "<unknown>\n", true],
  ["a\n...\nd\n", "a\nb\nc\nd\n", true],
  ["a\n...\n", "a\n", true],
  ["...\nd\n", "a\nb\n", false],
];
for (const [expected, actual, same] of compared) {
  Deno.test(`textDifference finds ${same ? "none" : "one"}: ${JSON.stringify([expected, actual])}`, () => {
    assert.equal(textDifference(expected, actual, { home: "/h" }) === null, same);
  });
}

const screens: readonly (readonly [string, string])[] = [
  ["", ""],
  ["a\r\nb", "a\nb\n"],
  ["Password: \r\x1b[K", ""],
  ["Password: \r\x1b[2Kdone", "done\n"],
  ["abc\b\bX", "aXc\n"],
  ["one\r\ntwo\x1b[A\rONE", "ONE\ntwo\n"],
  ["one\r\ntwo\r\n\x1b[2A\x1b[J", ""],
  ["\x1b[1mbold\x1b[0m\x1b[?25l", "bold\n"],
  ["ab\x1b[3Gc", "abc\n"],
  ["\r\n\x1b[1A\r\x1b7Password: \x1b8\x1b[Jdone", "done\n"],
  ["a\x1b7b\x1b8c", "ac\n"],
];
for (const [output, expected] of screens) {
  Deno.test(`screenText of ${JSON.stringify(output)} leaves ${JSON.stringify(expected)}`, () => {
    assert.equal(screenText(output), expected);
  });
}

const SECRET = 'wJalr/XUtnFEMI+K7"MDENG';
const carriers: readonly (readonly [string, string])[] = [
  ["as it is", `x${SECRET}x`],
  ["in a URL", `?a=${encodeURIComponent(SECRET)}`],
  ["in JSON", JSON.stringify({ a: SECRET })],
  ["in hex", Array.from(new TextEncoder().encode(SECRET), (byte) => byte.toString(16)).join("")],
  ["in base64", btoa(SECRET)],
  ["in base64, one byte in", btoa(`a${SECRET}bc`)],
  ["in base64, two bytes in", btoa(`ab${SECRET}c`)],
];
for (const [how, text] of carriers) {
  Deno.test(`huntSecrets finds a secret ${how}, and never says it`, () => {
    const found = huntSecrets(["absent-secret", SECRET], [{
      name: "stderr",
      bytes: new TextEncoder().encode(text),
    }]);
    assert.deepEqual(found, ["secret 2 is in stderr"]);
  });
}

const behaviours:
  readonly (readonly [what: string, script: string, transcript: string, ...complaints: RegExp[]])[] = [
    [
      "nothing is wrong",
      `echo out; echo err >&2; exit 4`,
      "$ aws-vault\nstdout:\n| out\nstderr:\n| err\nexit: 4\n",
    ],
    [
      "output and exit differ",
      `echo other; exit 1`,
      "$ aws-vault\nstdout:\n| out\n",
      /exit: expected 0 but got 1/,
      /stdout: line 1/,
    ],
    [
      "stderr leaks",
      `echo $LEAK >&2`,
      "env: LEAK=topsecret\n$ aws-vault\nstderr:\n| <any>\n",
      /secret 1 is in stderr/,
    ],
    [
      "stdout leaks",
      `echo $LEAK`,
      "env: LEAK=topsecret\n$ aws-vault\nstdout:\n| <any>\n",
      /secret 1 is in stdout/,
    ],
    [
      "stdout is asked for it",
      `echo $LEAK`,
      "env: LEAK=topsecret\n$ aws-vault\nstdout:\n| <any>\nreveals: stdout\n",
    ],
    [
      "it leaks in a run that fails",
      `echo $LEAK >&2; exit 9`,
      "env: LEAK=topsecret\n$ aws-vault\nstderr:\n| <any>\nexit: 9\n",
      /secret 1 is in stderr/,
    ],
    [
      "a file is left with it",
      `echo $LEAK >"$TMPDIR/x"`,
      "env: LEAK=topsecret\n$ aws-vault\n",
      /secret 1 is in file .*tmp\/x/,
    ],
    [
      "a child gets it as argument",
      `sh -c 'sleep 0.3; :' sh $LEAK`,
      "env: LEAK=topsecret\n$ aws-vault\nreveals: environment\n",
      /secret 1 is in arguments of a process/,
    ],
    [
      "a child gets it in its environment",
      `sh -c 'sleep 0.3; :'`,
      "env: LEAK=topsecret\n$ aws-vault\n",
      /secret 1 is in environment of a child/,
    ],
    [
      "a terminal is read without echo",
      `stty -echo </dev/tty; printf 'code: ' >/dev/tty; read x </dev/tty; printf '\\r\\033[K' >/dev/tty; echo "got $x"`,
      "$ aws-vault\nsee: code:\ntype: 123456<enter>\nstdout:\n| got 123456\n",
    ],
    [
      "what is typed shows",
      `printf 'code: ' >/dev/tty; read x </dev/tty; exit 0`,
      "$ aws-vault\nsee: code:\ntype: topsecret<enter>\nscreen:\n| <any>\n",
      /secret 1 is in terminal/,
    ],
    ["there is no terminal", `(: </dev/tty) 2>/dev/null || echo none`, "$ aws-vault\nstdout:\n| none\n"],
    ["stdout is the terminal", `test -t 1 && echo yes`, "$ aws-vault\nterminal: stdout\nscreen:\n| yes\n"],
    ["stdin is piped", `cat`, "$ aws-vault\nstdin:\n| piped\nstdout:\n| piped\n"],
    [
      "what to see never comes",
      `exit 0`,
      "$ aws-vault\nsee: code:\ntype: 1\n",
      /ended without showing 'code:'/,
    ],
    [
      "a file is not as it should be",
      `echo 1 >"$HOME/a"`,
      "$ aws-vault\nafter: a\n| 2\nafter: b absent\n",
      /after: a line 1/,
    ],
  ];
for (const [what, script, text, ...expected] of behaviours) {
  Deno.test(`runTranscript when ${what}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/program`;
      await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const transcript = parseTranscript("t.txt", `# ${what}\nsecret: topsecret\n${text}`);
      const complaints = await runTranscript(transcript, {
        name: "stand-in",
        compiled: true,
        argv: [path],
        env: {},
      });
      assert.equal(complaints.length, expected.length, complaints.join("\n"));
      expected.forEach((pattern, index) => assert.match(complaints[index] ?? "", pattern));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
