/** What the program's exit codes mean. With `exec`, a command that ran gives its own code instead, 128 + n after a signal n. */
export const exitCodes = {
  success: 0,
  /** Every failure of our own. */
  failure: 1,
  /** The reader of stdout went away: what a shell reports for a program that SIGPIPE ended. */
  brokenPipe: 141,
} as const;
