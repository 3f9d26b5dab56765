/** Choosing one name of a list as a pure reducer: typing filters, arrows (or Ctrl-P and Ctrl-N) move, Enter takes. */
import { escapeControls } from "../../errors.ts";
import type { Key } from "./keys.ts";

/** Rows of names on the screen at once, as aws-vault shows. */
export const PICK_ROWS = 7;

export interface PickState {
  readonly names: readonly string[];
  /** Single characters (code points). */
  readonly filter: readonly string[];
  /** Which of the matching names is marked; 0 when none matches. */
  readonly marked: number;
  readonly ended: null | "picked" | "cancelled";
}

export function newPick(names: readonly string[]): PickState {
  return { names, filter: [], marked: 0, ended: null };
}

/** The names that contain the filter, whatever the case, in their own order. */
export function matchingNames(state: PickState): readonly string[] {
  const wanted = state.filter.join("").toLowerCase();
  return state.names.filter((name) => name.toLowerCase().includes(wanted));
}

export function movePick(state: PickState, key: Key): PickState {
  if (state.ended !== null) return state;
  if (typeof key !== "string") return filtered(state, [...state.filter, key.text]);
  const count = matchingNames(state).length;
  switch (key) {
    case "enter":
      return count === 0 ? state : { ...state, ended: "picked" };
    case "cancel":
      return { ...state, ended: "cancelled" };
    case "end-of-input":
      return state.filter.length === 0 ? { ...state, ended: "cancelled" } : state;
    case "up":
      return count === 0 ? state : { ...state, marked: (state.marked + count - 1) % count };
    case "down":
      return count === 0 ? state : { ...state, marked: (state.marked + 1) % count };
    case "backspace":
      return filtered(state, state.filter.slice(0, -1));
    case "erase-line":
    case "erase-word":
      return filtered(state, []);
  }
}

/** The lines to show: the question with the filter, the window of names round the marked one, and how many there are. */
export function showPick(state: PickState, question: string): string[] {
  const names = matchingNames(state);
  const first = Math.min(
    Math.max(state.marked - Math.floor(PICK_ROWS / 2), 0),
    Math.max(names.length - PICK_ROWS, 0),
  );
  const rows = names.slice(first, first + PICK_ROWS).map((name, i) =>
    `${first + i === state.marked ? "> " : "  "}${escapeControls(name)}`
  );
  const count = names.length === state.names.length
    ? `${names.length}`
    : `${names.length} of ${state.names.length}`;
  return [`${escapeControls(question)}: ${state.filter.join("")}`, ...rows, `  (${count}; type to filter)`];
}

function filtered(state: PickState, filter: readonly string[]): PickState {
  return { ...state, filter, marked: 0 };
}
