/** `1 session`, `2 sessions`, `0 sessions`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
