import assert from "node:assert/strict";
import { executableFormat } from "./executable_format.ts";

Deno.test("executableFormat tells what the running program is", async () => {
  const file = await Deno.open(Deno.execPath());
  const bytes = new Uint8Array(4096);
  await file.read(bytes);
  file.close();
  const format = { linux: "ELF", darwin: "Mach-O", windows: "PE" }[Deno.build.os as "linux"];
  const found = executableFormat(bytes);
  assert.equal(found?.format, format);
  assert.equal(found?.arch, Deno.build.arch === "x86_64" ? "x64" : "arm64");
  if (Deno.build.os === "linux") assert.match(found?.loader ?? "", /^\/lib.*\/ld-linux-/);
});

Deno.test("executableFormat answers null for text, for short files and for other processors", () => {
  const bytes = (...head: number[]) => Uint8Array.from({ length: 128 }, (_, at) => head[at] ?? 0);
  assert.equal(executableFormat(new TextEncoder().encode("#!/bin/sh\n".repeat(10))), null);
  assert.equal(executableFormat(bytes(0x7f, 0x45, 0x4c, 0x46, 2).subarray(0, 20)), null);
  assert.equal(executableFormat(bytes(0x7f, 0x45, 0x4c, 0x46, 2)), null, "machine 0");
  assert.equal(executableFormat(bytes(0x7f, 0x45, 0x4c, 0x46, 1)), null, "32 bits");
  assert.equal(executableFormat(bytes(0x4d, 0x5a)), null, "DOS");
  assert.equal(executableFormat(bytes(0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 0)), null, "32-bit Intel");
});
