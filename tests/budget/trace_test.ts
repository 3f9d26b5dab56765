import assert from "node:assert/strict";
import { countKinds, openedPaths, parseTrace } from "./trace.ts";

const LOG = `10 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3</etc/hosts>
11 read(3</etc/hosts>,  <unfinished ...>
10 open("/lib/x.so", O_RDONLY) = -1 ENOENT (No such file or directory)
11 <... read resumed>"", 10) = 0
10 openat(3</etc>, "relative", O_RDONLY) = 4
10 +++ exited with 0 +++
`;

Deno.test("parseTrace takes each call once, where it begins", () => {
  const calls = parseTrace(LOG);
  assert.deepEqual(calls.map(({ pid, name }) => [pid, name]), [[10, "openat"], [11, "read"], [10, "open"], [
    10,
    "openat",
  ]]);
  assert.deepEqual(countKinds(calls), { openat: 2, read: 1, open: 1 });
  assert.deepEqual(openedPaths(calls), ["/etc/hosts", "/lib/x.so"]);
});
