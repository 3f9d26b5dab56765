/** The console by its device names, through kernel32. Control keys arrive as VT sequences. */
import { AppError } from "../errors.ts";
import type { Terminal } from "./host.ts";
import { INPUT_POLL_MS, type TerminalParts } from "./terminal_parts.ts";
import { wideString } from "./wide_string.ts";

// https://learn.microsoft.com/windows/console/setconsolemode and /input-record-str
const GENERIC_READ_WRITE = 0xc0000000;
const SHARE_READ_WRITE = 3;
const OPEN_EXISTING = 3;
const INVALID_HANDLE = 0xffffffffffffffffn;
const VIRTUAL_TERMINAL_INPUT = 0x200;
const VIRTUAL_TERMINAL_PROCESSING = 4;
const INPUT_RECORD_BYTES = 20;
const KEY_EVENT = 1;

/** `null` when the process has no console. */
export function openWindowsTerminal({ clock, native, signals }: TerminalParts): Terminal | null {
  const kernel32 = native.open(["kernel32.dll"], {
    CreateFileW: {
      parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"],
      result: "pointer",
    },
    GetConsoleMode: { parameters: ["pointer", "buffer"], result: "i32" },
    SetConsoleMode: { parameters: ["pointer", "u32"], result: "i32" },
    PeekConsoleInputW: { parameters: ["pointer", "buffer", "u32", "buffer"], result: "i32" },
    ReadConsoleInputW: { parameters: ["pointer", "buffer", "u32", "buffer"], result: "i32" },
    WriteConsoleW: { parameters: ["pointer", "buffer", "u32", "buffer", "pointer"], result: "i32" },
    CloseHandle: { parameters: ["pointer"], result: "i32" },
  });
  const open = (name: string) =>
    kernel32.CreateFileW(wideString(name), GENERIC_READ_WRITE, SHARE_READ_WRITE, 0n, OPEN_EXISTING, 0, 0n);
  const word = new Uint8Array(4);
  const wordValue = () => new DataView(word.buffer).getUint32(0, true);
  const modeOf = (handle: number | bigint) =>
    kernel32.GetConsoleMode(handle, word) === 0 ? null : wordValue();

  const [input, output] = [open("CONIN$"), open("CONOUT$")];
  const inputMode = modeOf(input), outputMode = modeOf(output);
  if (inputMode === null || outputMode === null) {
    for (const handle of [input, output]) if (handle !== INVALID_HANDLE) kernel32.CloseHandle(handle);
    return null;
  }
  kernel32.SetConsoleMode(output, outputMode | VIRTUAL_TERMINAL_PROCESSING);
  const restore = () => {
    kernel32.SetConsoleMode(input, inputMode);
    kernel32.SetConsoleMode(output, outputMode);
  };
  const stopListening = signals.beforeEnd(restore);
  let isOpen = true;

  const record = new Uint8Array(INPUT_RECORD_BYTES);

  /** Peeking, and not asking for the number of events, is also what makes Wine begin to read its terminal. */
  function hasEvent(): boolean {
    return kernel32.PeekConsoleInputW(input, record, 1, word) !== 0 && wordValue() > 0;
  }

  /** The next key's UTF-16 unit; `null` for events without a character, or when there is none. */
  function nextUnit(): number | null {
    if (kernel32.ReadConsoleInputW(input, record, 1, word) === 0) return null;
    const view = new DataView(record.buffer);
    const isKeyDown = view.getUint16(0, true) === KEY_EVENT && view.getInt32(4, true) !== 0;
    return isKeyDown ? view.getUint16(14, true) || null : null;
  }

  return {
    write(text) {
      if (kernel32.WriteConsoleW(output, wideString(text), text.length, word, 0n) === 0) {
        throw new AppError("terminal-failed", "unavailable", "cannot use the terminal: cannot write to it");
      }
    },
    setRaw: (raw) => void kernel32.SetConsoleMode(input, raw ? VIRTUAL_TERMINAL_INPUT : inputMode),
    async read(timeoutMs) {
      const deadline = clock.monotonic() + timeoutMs;
      for (;;) {
        let text = "";
        // Everything that is there goes out together, so a surrogate pair is not cut.
        while (isOpen && hasEvent()) {
          const unit = nextUnit();
          if (unit !== null) text += String.fromCharCode(unit);
        }
        if (text !== "") return new TextEncoder().encode(text);
        if (!isOpen) return new Uint8Array();
        const left = deadline - clock.monotonic();
        if (left <= 0) return null;
        await clock.sleep(Math.min(left, INPUT_POLL_MS));
      }
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      restore();
      stopListening();
      for (const handle of [input, output]) kernel32.CloseHandle(handle);
    },
  };
}
