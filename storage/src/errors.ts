/** Every failure of this package, by stable code; docs/errors.md has the cause and the remedy of each. */
export type StorageErrorCode =
  | "ST-001" // not a content identifier we serve
  | "ST-002" // bytes do not hash to the identifier
  | "ST-003" // a block on disk is broken
  | "ST-004" // no room left
  | "ST-005" // block not there
  | "ST-006" // block too large
  | "ST-007" // upload without the token
  | "ST-008" // request the gateway does not know
  | "ST-009" // no gateway delivered the block
  | "ST-010" // file exceeds the limits asked for
  | "ST-011" // block is not a node of a file
  | "ST-012" // gateway refused the upload
  | "ST-013" // the file system refused
  | "ST-014" // wrong command line
  | "ST-015" // Helia not installed
  | "ST-016" // Helia does not start
  | "ST-017"; // gateway too busy to look for a block

export type StorageErrorInit = {
  /** What was met, in words a person can act on. */
  found: string;
  wanted: string;
  hint: string;
  cause?: unknown;
};

export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  readonly found: string;
  readonly wanted: string;
  readonly hint: string;

  constructor(code: StorageErrorCode, message: string, init: StorageErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.found = init.found;
    this.wanted = init.wanted;
    this.hint = init.hint;
  }

  /** The body a gateway answers with. */
  toJSON(): { code: string; message: string; found: string; wanted: string; hint: string } {
    return { code: this.code, message: this.message, found: this.found, wanted: this.wanted, hint: this.hint };
  }
}

/** @returns whether `error` is a StorageError, of one of `codes` when any are named */
export function isStorageError(error: unknown, ...codes: StorageErrorCode[]): error is StorageError {
  return error instanceof StorageError && (codes.length === 0 || codes.includes(error.code));
}
