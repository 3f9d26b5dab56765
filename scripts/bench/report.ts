/** Measurements as a Markdown table and as a plot. */
import type { Summary } from "./statistics.ts";

export interface Row {
  readonly group: string;
  readonly program: string;
  readonly summary: Summary;
  readonly unit: "ms" | "MiB";
  /** To the empty program of the same runtime, in the same rounds; `null` for that itself, or where it is no measure. */
  readonly ratio: number | null;
  /** The same of processor time, which a busy machine changes less; `null` where it was not counted. */
  readonly cpuRatio: number | null;
}

export function markdownTable(rows: readonly Row[]): string {
  const ratioText = (ratio: number | null) => ratio === null ? "" : ratio.toFixed(2);
  const lines = rows.map(({ group, program, summary: { min, median, p95 }, unit, ratio, cpuRatio }) =>
    `| ${group} | ${program} | ${shown(min)} | ${shown(median)} | ${shown(p95)} | ${unit} | ${
      ratioText(ratio)
    } | ${ratioText(cpuRatio)} |`
  );
  return [
    "| what | program | min | median | p95 | | ratio | ratio of processor time |",
    "|---|---|---:|---:|---:|---|---:|---:|",
    ...lines,
  ].join("\n");
}

const BAR = 16, GAP = 4, LEFT = 300, WIDTH = 860;
const COLORS = ["#2563eb", "#9ca3af", "#d97706", "#059669"];

/** Longer bars are cut there, so that one of them does not make the others points. */
const LONGEST_RATIO = 8;

/** The ratios as bars, of processor time where it was counted, one colour per program; a line marks the empty program. */
export function svgPlot(rows: readonly Row[], caption: string): string {
  const shownRows = rows.flatMap(({ group, program, ratio, cpuRatio }) =>
    ratio === null ? [] : [{ group, program, ratio: cpuRatio ?? ratio }]
  );
  const most = Math.min(LONGEST_RATIO, Math.max(2, ...shownRows.map(({ ratio }) => ratio)));
  const scale = (ratio: number) => Math.min(ratio, most) / most * (WIDTH - LEFT - 60);
  const programs = [...new Set(shownRows.map(({ program }) => program))];
  const height = shownRows.length * (BAR + GAP) + 60;
  const bars = shownRows.map(({ group, program, ratio }, i) => {
    const y = 34 + i * (BAR + GAP);
    const color = COLORS[programs.indexOf(program) % COLORS.length];
    return `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escape(group)} · ${
      escape(program)
    }</text>` +
      `<rect x="${LEFT}" y="${y}" width="${scale(ratio).toFixed(1)}" height="${BAR}" fill="${color}"/>` +
      `<text x="${(LEFT + scale(ratio) + 6).toFixed(1)}" y="${y + 12}">${ratio.toFixed(2)}</text>`;
  });
  const one = (LEFT + scale(1)).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="8" y="18" font-size="13">${escape(caption)}</text>`,
    ...bars,
    `<line x1="${one}" y1="28" x2="${one}" y2="${height - 20}" stroke="black" stroke-dasharray="3 3"/>`,
    `<text x="${one}" y="${height - 6}" text-anchor="middle">an empty program</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function shown(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

function escape(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
