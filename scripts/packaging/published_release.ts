/** A release as the world gets it, and what its packages need to know of one of its files. */

export interface PublishedRelease {
  readonly version: string;
  /** Address below which the archives are, without a slash at its end. */
  readonly url: string;
  readonly homepage: string;
  /** SHA-256 in hex by file name. */
  readonly digests: ReadonlyMap<string, string>;
}

export interface PublishedFile {
  readonly url: string;
  readonly sha256: string;
}

/** Throws when the release has no such file, and on an address in which a package manager's language would read something. */
export function publishedFile({ url, digests }: PublishedRelease, name: string): PublishedFile {
  const sha256 = digests.get(name);
  if (sha256 === undefined) throw new Error(`the release has no ${name}`);
  return { url: plainAddress(`${url}/${name}`), sha256 };
}

export function plainAddress(address: string): string {
  if (/^https?:\/\/[\w.:/~-]+$/.test(address)) return address;
  throw new Error(`not a plain address: ${address}`);
}
