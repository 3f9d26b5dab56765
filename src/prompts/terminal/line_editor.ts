/** One line of typed input as a pure reducer: a state and a key give the next state and what to write to the terminal. */
import type { Question } from "../prompter.ts";
import type { Key } from "./keys.ts";
import { redraw } from "./screen.ts";

/** Far above any key, passphrase or ARN; a longer paste is a mistake and is refused, not cut. In characters. */
export const MAX_ANSWER_LENGTH = 4096;

export interface LineState {
  /** Single characters (code points). */
  readonly text: readonly string[];
  /** More was typed than fits. Nothing is inserted any more until the line is erased. */
  readonly tooLong: boolean;
  readonly ended: null | "entered" | "cancelled";
}

export const emptyLine: LineState = { text: [], tooLong: false, ended: null };

/** What stands on the screen while the line is typed: the prompt, and of the answer what its kind lets be seen. */
export interface LineView {
  readonly prompt: string;
  readonly kind: Question["kind"];
}

/** The next state and the output that brings the screen there. An ended line does not change any more. */
export function editLine(state: LineState, key: Key, view: LineView): { state: LineState; output: string } {
  if (state.ended !== null) return { state, output: "" };
  if (typeof key !== "string") return insert(state, key.text, view);
  switch (key) {
    case "enter":
      return { state: { ...state, ended: "entered" }, output: "" };
    case "cancel":
      return { state: { ...state, ended: "cancelled" }, output: "" };
    case "end-of-input":
      return state.text.length === 0
        ? { state: { ...state, ended: "cancelled" }, output: "" }
        : { state, output: "" };
    case "backspace":
      return keep(state, state.text.length - 1, view);
    case "erase-line":
      return keep(state, 0, view);
    case "erase-word":
      return keep(state, wordStart(state.text), view);
    default:
      return { state, output: "" };
  }
}

/** The prompt with the visible form of the answer: itself, a star for each character, or nothing. */
export function showLine(state: LineState, view: LineView): string {
  return view.prompt + visible(state.text.join(""), state.text.length, view.kind);
}

function insert(state: LineState, text: string, view: LineView): { state: LineState; output: string } {
  if (state.tooLong || state.text.length >= MAX_ANSWER_LENGTH) {
    return { state: { ...state, tooLong: true }, output: "" };
  }
  return { state: { ...state, text: [...state.text, text] }, output: visible(text, 1, view.kind) };
}

/** Redraws the whole question, so that no character's width has to be known. */
function keep(state: LineState, length: number, view: LineView): { state: LineState; output: string } {
  if (state.text.length === 0) return { state, output: "" };
  const shorter = { ...state, text: state.text.slice(0, Math.max(length, 0)) };
  // A line that was too long has lost characters: only an empty one is a known state again.
  const next = { ...shorter, tooLong: state.tooLong && shorter.text.length > 0 };
  return { state: next, output: view.kind === "secret" ? "" : redraw(showLine(next, view)) };
}

/** Where the last word begins, blanks after it included. */
function wordStart(text: readonly string[]): number {
  let at = text.length;
  while (at > 0 && text[at - 1] === " ") at--;
  while (at > 0 && text[at - 1] !== " ") at--;
  return at;
}

function visible(text: string, length: number, kind: Question["kind"]): string {
  return kind === "text" ? text : kind === "code" ? "*".repeat(length) : "";
}
