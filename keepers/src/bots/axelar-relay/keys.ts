import { readFileSync } from "node:fs";
import { axelarGatewayAbi } from "@assay/sdk";
import { type Hex, isHex, size } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { SECRET_VARIABLES } from "../../config.ts";
import { keeperError } from "../../errors.ts";
import type { RelayEnd } from "./messages.ts";
import { signersHash, signersOf, type WeightedSigners } from "./proof.ts";

/** The signers that this relay signs for. */
export interface Signing {
  keys: readonly Hex[];
  signers: WeightedSigners;
}

const VARIABLE = SECRET_VARIABLES.signerKeys;

/**
 * The signers' keys, from the environment or a file with one in each line.
 * @throws KP-071 when there is no key, one is none, or there are fewer than must sign
 */
export function readSigning(
  { signerKeysFile, threshold }: { signerKeysFile?: string | undefined; threshold: number },
  env: NodeJS.ProcessEnv,
): Signing {
  const keys = textOf(signerKeysFile, env)
    .split(/[\s,]+/)
    .filter((text) => text !== "");
  const bad = keys.findIndex((text) => !isHex(text) || size(text) !== 32);
  if (keys.length >= threshold && bad < 0 && new Set(keys).size === keys.length) {
    return { keys: keys as Hex[], signers: signersOf(keys as Hex[], threshold) };
  }
  throw keeperError("KP-071", {
    found: bad < 0 ? `${new Set(keys).size} different keys` : `no key in place ${bad + 1} of ${keys.length}`,
    wanted: `${threshold} or more private keys of 32 bytes, all of the gateway's signers`,
    hint: `give them in ${VARIABLE}, separated by commas, or one in each line of axelarRelay.signerKeysFile`,
  });
}

function textOf(file: string | undefined, env: NodeJS.ProcessEnv): string {
  const given = env[VARIABLE];
  if (given) return given;
  if (file === undefined) return "";
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw keeperError("KP-071", {
      found: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      wanted: "a file with one private key in each line",
      hint: "correct axelarRelay.signerKeysFile",
      cause,
    });
  }
}

/** Makes sure that a gateway knows these signers. @throws KP-071 */
export async function requireSigners({ name, context, axelar }: RelayEnd, { signers }: Signing): Promise<void> {
  const hash = signersHash(signers);
  const read = { address: axelar.gateway, abi: axelarGatewayAbi, functionName: "epochBySignersHash" } as const;
  if ((await context.rpc.readContract({ ...read, args: [hash] })) > 0n) return;
  const who = signers.signers.map(({ signer }) => signer).join(", ");
  throw keeperError("KP-071", {
    found: `signers ${who} with threshold ${signers.threshold}, which the gateway ${axelar.gateway} on ${name} has never had`,
    wanted: "exactly the gateway's own set of signers",
    hint: "correct the keys or axelarRelay.threshold; on a public network the network's own signers relay, not this bot",
  });
}

/** Addresses of the keys, for the log. */
export function signerAddresses({ keys }: Signing): string[] {
  return keys.map((key) => privateKeyToAccount(key).address);
}
