import assert from "node:assert/strict";
import { findProgram } from "../../src/host/find_program.ts";

const PROGRAMS = new Set(["C:\\bin\\tool.exe", "C:\\bin\\run.bat", "D:\\x\\tool.cmd", "C:\\odd.exe.exe"]);
const files = { isExecutable: (path: string) => PROGRAMS.has(path) };

const rows: [string, string, string | undefined, string | null][] = [
  ["tool", "C:\\none;C:\\bin", undefined, "C:\\bin\\tool.exe"],
  ["tool", "C:\\bin;D:\\x", ".CMD;.EXE", "C:\\bin\\tool.exe"],
  ["tool", "C:\\bin;D:\\x", ".cmd", "D:\\x\\tool.cmd"],
  ["tool.exe", "C:\\bin", undefined, "C:\\bin\\tool.exe"],
  ["run", "C:\\bin\\", "exe;bat", "C:\\bin\\run.bat"],
  ["tool", '"C:\\bin"', undefined, "C:\\bin\\tool.exe"],
  ["tool", "bin;.;;\\bin", undefined, null],
  ["C:\\bin\\tool", "", undefined, "C:\\bin\\tool.exe"],
  ["C:\\odd.exe", "", undefined, "C:\\odd.exe.exe"],
  ["nothing", "C:\\bin", undefined, null],
];

for (const [command, path, pathExtensions, expected] of rows) {
  Deno.test(`findProgram on Windows answers ${expected} for ${command} in ${path || "no PATH"} with ${pathExtensions ?? "no PATHEXT"}`, () => {
    assert.equal(findProgram({ os: "windows", files, pathExtensions }, command, path), expected);
  });
}

Deno.test("findProgram goes on past a directory that it may not look into", () => {
  const guarded = {
    isExecutable(path: string) {
      if (path.startsWith("/closed/")) throw new Error("permission denied");
      return path === "/bin/tool";
    },
  };
  const parts = { os: "linux" as const, files: guarded, pathExtensions: undefined };
  assert.equal(findProgram(parts, "tool", "/closed:/bin"), "/bin/tool");
});
