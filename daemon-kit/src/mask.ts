// A token is a secret where it opens something; `paymentToken` is an address.
const SECRET_NAME =
  /(secret|password|passphrase|private_?key|mnemonic|api_?key|(storage|upload|access|auth|bearer|api)_?token)$/i;
/** Whoever knows the whole address of a receiver can write to it. */
const RECEIVERS = /^receivers$/i;
const REFERENCE_NAME = /(file|path|dir)$/i;

export const MASK = "***";

/** @returns whether a setting of this name holds a secret (and not merely the path of one) */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !REFERENCE_NAME.test(name);
}

/**
 * A URL fit for a log: no credentials, no query values, and no path segment that looks like an access key (providers
 * put theirs in the path).
 */
export function maskUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return MASK;
  }
  const auth = url.username || url.password ? `${MASK}@` : "";
  const path = url.pathname
    .split("/")
    .map((part) => (isKeyLike(part) ? MASK : part))
    .join("/");
  const query = [...url.searchParams.keys()].map((key) => `${key}=${MASK}`).join("&");
  return `${url.protocol}//${auth}${url.host}${path === "/" ? "" : path}${query ? `?${query}` : ""}`;
}

/** Masks every http(s) and ws(s) URL inside a text, such as an error message of a client library. */
export function maskUrlsIn(text: string): string {
  // Punctuation at the end belongs to the sentence, not to the URL.
  return text.replace(
    /\b((?:https?|wss?):\/\/[^\s"'`<>]+?)([.,:;!?)\]]*(?=[\s"'`<>]|$))/g,
    (_, url: string, rest: string) => maskUrl(url) + rest,
  );
}

/** A value fit for printing, by the name of its setting. */
export function maskValue(name: string, value: unknown): unknown {
  if (isSecretName(name)) return value === undefined || value === "" ? value : MASK;
  if (RECEIVERS.test(name)) return originsOf(value);
  if (typeof value === "string") return maskUrlsIn(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(name, item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskValue(key, item)]));
  }
  return value;
}

function originsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(originsOf);
  const origin = URL.parse(String(value))?.origin;
  return origin && origin !== "null" ? `${origin}/${MASK}` : MASK;
}

// Words and versions stay readable ("v2", "mainnet", "ext"); ids of 16 signs and more with a digit do not.
function isKeyLike(part: string): boolean {
  return part.length >= 16 && /[0-9]/.test(part) && /[a-z]/i.test(part) && /^[\w-]+$/.test(part);
}
