import { asDiskError } from "./disk-error.ts";
import { isCodedError } from "./errors.ts";

/**
 * The error that people are told of: one of ours as it is, a full disk as DK-068, and anything else as `decode` names it. The client
 * library's `decodeError` alone takes a daemon's own errors for unexpected ones.
 */
export function knownError(error: unknown, decode: (error: unknown) => Error): Error {
  const known = asDiskError(error);
  return isCodedError(known) ? known : decode(known);
}
