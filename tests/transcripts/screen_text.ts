/** What is left on a terminal's screen after some output: enough of a VT100 for prompts that erase themselves. */

/** Lines joined by newlines, blanks at their ends and empty lines at the end removed. */
export function screenText(output: string): string {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;
  let saved = { row: 0, column: 0 };
  // deno-lint-ignore no-control-regex
  for (const match of output.matchAll(/\x1b\[([0-9;?]*)([A-Za-z])|\x1b[^[]|([^])/gu)) {
    const [sequence, parameters, command, character] = match;
    const count = Number(parameters?.replace("?", "").split(";")[0] || 1);
    if (sequence === "\x1b7") saved = { row, column };
    else if (sequence === "\x1b8") ({ row, column } = saved);
    else if (character === "\n") rows[++row] ??= [];
    else if (character === "\r") column = 0;
    else if (character === "\b") column = Math.max(0, column - 1);
    else if (character !== undefined && character >= " ") rows[row]![column++] = character;
    else if (command === "A") row = Math.max(0, row - count);
    else if (command === "B") { for (let i = 0; i < count; i++) rows[++row] ??= []; }
    else if (command === "C") column += count;
    else if (command === "D") column = Math.max(0, column - count);
    else if (command === "G") column = count - 1;
    else if (command === "K") eraseLine(rows[row]!, column, parameters ?? "");
    else if (command === "J") {
      if (parameters === "2" || parameters === "3") rows.fill([]);
      else {
        eraseLine(rows[row]!, column, "");
        rows.splice(row + 1);
      }
    }
  }
  const text = rows.map((cells) => Array.from(cells, (cell) => cell ?? " ").join("").trimEnd());
  while (text.at(-1) === "") text.pop();
  return text.length === 0 ? "" : `${text.join("\n")}\n`;
}

function eraseLine(cells: string[], column: number, parameters: string): void {
  if (parameters === "2") cells.length = 0;
  else if (parameters === "1") cells.fill(" ", 0, column + 1);
  else cells.length = Math.min(cells.length, column);
}
