import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  randomUUID,
  scrypt,
  timingSafeEqual,
} from "node:crypto";
import { promisify } from "node:util";
import { type Hex, hexToBytes, keccak256 } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { z } from "zod";

// Version 3 of the Web3 Secret Storage Definition, by Node's own primitives: scrypt in JavaScript leaves its working memory,
// 128 MiB at the usual cost, in the heap of a daemon that runs for a year.

const hex = z.string().regex(/^([0-9a-fA-F]{2})+$/, "must be hex");
const bounded = (most: number) => z.int().min(1).max(most);
/** Costs above these take minutes or gigabytes: no wallet writes them. */
const kdf = z.discriminatedUnion("kdf", [
  z.object({
    kdf: z.literal("scrypt"),
    kdfparams: z.object({ n: bounded(2 ** 20), r: bounded(32), p: bounded(16), dklen: z.literal(32), salt: hex }),
  }),
  z.object({
    kdf: z.literal("pbkdf2"),
    kdfparams: z.object({ c: bounded(1e8), prf: z.literal("hmac-sha256"), dklen: z.literal(32), salt: hex }),
  }),
]);
const box = z
  .object({ cipher: z.literal("aes-128-ctr"), cipherparams: z.object({ iv: hex }), ciphertext: hex, mac: hex })
  .and(kdf);
const keystoreSchema = z.object({ version: z.literal(3), crypto: box });

export type Keystore = z.infer<typeof keystoreSchema>;

/** @returns the keystore, or what is wrong with it, in words */
export function parseKeystore(text: string): Keystore | string {
  let json: Record<string, unknown> | null;
  try {
    json = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return "no JSON";
  }
  // Old wallets write a capital letter.
  const result = keystoreSchema.safeParse({ ...json, crypto: json?.crypto ?? json?.Crypto });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return `${issue?.path.join(".")}: ${issue?.message}`;
}

/** @returns the private key, undefined when the password is not the keystore's */
export async function decryptKey({ crypto }: Keystore, password: string): Promise<Uint8Array | undefined> {
  const derived = await deriveKey(crypto, password);
  const ciphertext = Buffer.from(crypto.ciphertext, "hex");
  const found = Buffer.from(crypto.mac, "hex");
  const mac = macOf(derived, ciphertext);
  if (found.length !== mac.length || !timingSafeEqual(found, mac)) return undefined;
  const iv = Buffer.from(crypto.cipherparams.iv, "hex");
  const decipher = createDecipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

/** @param n scrypt's cost, a power of two @returns the text of the file */
export async function encryptKey(privateKey: Hex, password: string, n: number): Promise<string> {
  const [salt, iv] = [randomBytes(32).toString("hex"), randomBytes(16).toString("hex")];
  const kdfparams = { n, r: 8, p: 1, dklen: 32 as const, salt };
  const derived = await deriveKey({ kdf: "scrypt", kdfparams }, password);
  const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), Buffer.from(iv, "hex"));
  const ciphertext = Buffer.concat([cipher.update(hexToBytes(privateKey)), cipher.final()]);
  return JSON.stringify({
    version: 3,
    id: randomUUID(),
    address: privateKeyToAddress(privateKey).slice(2).toLowerCase(),
    crypto: {
      ciphertext: ciphertext.toString("hex"),
      cipherparams: { iv },
      cipher: "aes-128-ctr",
      kdf: "scrypt",
      kdfparams,
      mac: macOf(derived, ciphertext).toString("hex"),
    },
  });
}

function deriveKey(given: z.infer<typeof kdf>, password: string): Promise<Buffer> {
  const salt = Buffer.from(given.kdfparams.salt, "hex");
  if (given.kdf === "pbkdf2") return promisify(pbkdf2)(password, salt, given.kdfparams.c, 32, "sha256");
  const { n: N, r, p } = given.kdfparams;
  const options = { N, r, p, maxmem: 128 * r * (N + p) + 2 ** 20 };
  return new Promise((resolve, reject) =>
    scrypt(password, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
}

function macOf(derived: Buffer, ciphertext: Buffer): Buffer {
  return Buffer.from(keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext]), "bytes"));
}
