/** A table with padded columns, laid out as Go's tabwriter does with a minimal width of 25 and a padding of 2. */
const minimalWidth = 25;
const padding = 2;

/** Every cell is padded, the last of a row too, so lines end in blanks. Width counts code points. All rows have equally many cells. */
export function paddedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, length(row[column] ?? "") + padding), minimalWidth)
  );
  return rows.map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0)).join("") + "\n").join(
    "",
  );
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - length(cell)));
}

function length(cell: string): number {
  return Array.from(cell).length;
}
