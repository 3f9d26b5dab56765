/** A text file of an archive. */
export interface ShippedFile {
  /** Relative to the archive's folder, with `/` on every system. */
  readonly path: string;
  readonly text: string;
}
