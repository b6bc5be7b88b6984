import type { AssayErrorKind } from "../errors.ts";

/**
 * What a custom error means, in words. `{name}` stands for the argument of that name; `{name:time}` for a Unix time,
 * `{name:text}` for a short text in 32 bytes, `{name:status}` and `{name:verdict}` for the enums.
 */
export interface Sentence {
  says: string;
  advice: string;
  kind?: AssayErrorKind;
}
