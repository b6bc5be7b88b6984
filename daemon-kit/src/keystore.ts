import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { bytesToHex, type Hex } from "viem";
import { type LocalAccount, privateKeyToAccount } from "viem/accounts";
import { DaemonError } from "./errors.ts";
import { decryptKey, encryptKey, parseKeystore } from "./keystore-crypto.ts";

export type WriteKeystoreArgs = {
  path: string;
  privateKey: Hex;
  password: string;
  /** scrypt's cost, a power of two; 2^17 (about a second) by default. */
  scryptN?: number;
};

/**
 * Encrypts a key into a version 3 keystore file (the one geth, ethers and web3 read), mode 0600. Never overwrites.
 * @throws DK-015 when the file exists or cannot be written
 */
export async function writeKeystore({
  path,
  privateKey,
  password,
  scryptN = 2 ** 17,
}: WriteKeystoreArgs): Promise<void> {
  const text = await encryptKey(privateKey, password, scryptN);
  try {
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: "wx" });
    chmodSync(path, 0o600); // the umask may have taken more than it should, never less
  } catch (cause) {
    throw new DaemonError("DK-015", "the keystore cannot be written", {
      kind: "UserFault",
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: `a new file at ${path}`,
      hint: "choose another path, or move the old keystore away first: it holds a key",
      cause,
    });
  }
}

/** @throws DK-010 unreadable file, DK-011 not a v3 keystore, DK-012 wrong password */
export async function readKeystore(path: string, password: string): Promise<LocalAccount> {
  const keystore = parseKeystore(readSecret(path));
  if (typeof keystore === "string") {
    throw new DaemonError("DK-011", "not a keystore", {
      kind: "UserFault",
      found: `${keystore}, in ${path}`,
      wanted: "a version 3 keystore (JSON with `crypto`: scrypt or pbkdf2, aes-128-ctr)",
      hint: "point to the file that `init`, geth or ethers wrote",
    });
  }
  const key = await decryptKey(keystore, password);
  if (key) return privateKeyToAccount(bytesToHex(key));
  throw new DaemonError("DK-012", "wrong password for the keystore", {
    kind: "UserFault",
    found: `a password that does not open ${path}`,
    wanted: "the password the keystore was made with",
    hint: "check the password file (a trailing space counts, a trailing newline does not); there is no way to recover it",
  });
}

export type LoadAccountArgs = {
  /** A raw key, as from the environment; wins over the keystore. */
  privateKey?: string;
  keystoreFile?: string;
  password?: string;
  passwordFile?: string;
  /** Told of key material others may read. */
  warn?: (facts: { path: string; mode: string }, message: string) => void;
};

/**
 * The signing account, from a raw key or from a keystore with a password or a password file.
 * @throws DK-010, DK-011, DK-012, DK-013 bad raw key, DK-014 nothing given
 */
export async function loadAccount(args: LoadAccountArgs): Promise<LocalAccount> {
  const { privateKey, keystoreFile, password, passwordFile } = args;
  if (privateKey !== undefined) return fromRawKey(privateKey);
  if (keystoreFile === undefined || (password === undefined && passwordFile === undefined)) {
    throw new DaemonError("DK-014", "no key to sign with", {
      kind: "UserFault",
      found: keystoreFile === undefined ? "neither a key nor a keystore" : "a keystore without a password",
      wanted: "a private key, or a keystore file with its password or password file",
      hint: "run `init` to make a keystore, or set the key in the environment",
    });
  }
  for (const path of [keystoreFile, passwordFile]) if (path !== undefined) checkMode(path, args.warn);
  const secret = password ?? readSecret(passwordFile as string).replace(/\r?\n$/, "");
  return await readKeystore(keystoreFile, secret);
}

function fromRawKey(text: string): LocalAccount {
  const hex = text.trim().replace(/^(0x)?/, "0x");
  try {
    if (!/^0x[0-9a-fA-F]{64}$/.test(hex)) throw new TypeError("not 32 bytes of hex");
    return privateKeyToAccount(hex as Hex);
  } catch {
    // The cause is left out: it may quote the key.
    throw new DaemonError("DK-013", "not a private key", {
      kind: "UserFault",
      found: `${text.trim().length} characters that are no key`,
      wanted: "64 hex digits, a number below the order of secp256k1, 0x in front or not",
      hint: "copy the key again, or use a keystore",
    });
  }
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DaemonError("DK-010", "the key file cannot be read", {
      kind: "UserFault",
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: `a file this user may read at ${path}`,
      hint: "correct the path, or run `init`",
      cause,
    });
  }
}

/** @throws DK-016 when others may write or read it and no `warn` is there to tell */
function checkMode(path: string, warn: LoadAccountArgs["warn"]): void {
  if (process.platform === "win32") return;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats || (stats.mode & 0o077) === 0) return;
  const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
  if (warn) {
    warn({ path, mode }, "key file is open to other users; chmod 600 it");
    return;
  }
  throw new DaemonError("DK-016", "the key file is open to other users", {
    kind: "UserFault",
    found: `mode ${mode} of ${path}`,
    wanted: "mode 0600",
    hint: `chmod 600 ${path}`,
  });
}
