import { writeFileSync } from "node:fs";
import {
  type JobSpec,
  type JobTerms,
  jobId,
  packJobSpec,
  packJobTerms,
  unpackJobSpec,
  unpackJobTerms,
} from "@assay/sdk";
import { type Address, type Hex, isAddressEqual, isHex, numberToHex, size } from "viem";
import { z } from "zod";
import { addressOf, readInput } from "./arguments.ts";
import type { CliContext } from "./context.ts";
import { cliError } from "./errors.ts";

const hex = z.custom<Hex>((value) => isHex(value), "must be 0x and hex digits");
const word = hex.refine((value) => size(value) === 32, "must be 0x and 64 hex digits");
const account = z.string().transform(addressOf);

/** A signed order as it is handed on: everything that a claim needs, and where it is good. */
const order = z.strictObject({
  chainId: z.number().int(),
  market: account,
  id: word,
  terms: z.array(word).length(6),
  spec: z.array(word).length(6),
  signature: hex,
});

const bid = z.strictObject({
  chainId: z.number().int(),
  market: account,
  job: word,
  bid: z.strictObject({
    provider: account,
    bidder: account,
    price: z.string().regex(/^\d+$/, "must be a whole number as text").transform(BigInt),
    expiry: z.number().int(),
  }),
  signature: hex,
});

export interface SignedOrder {
  terms: JobTerms;
  spec: JobSpec;
  signature: Hex;
}

export type SignedBid = Pick<z.output<typeof bid>, "job" | "bid" | "signature">;

/** What an order file holds. */
export function orderJson({ client }: CliContext, { terms, spec, signature }: SignedOrder): z.input<typeof order> {
  const market = client.deployment.contracts.JobMarketplace.address;
  const words = packJobTerms(terms).map((value) => numberToHex(value, { size: 32 }));
  const { chainId } = client.deployment;
  return { chainId, market, id: jobId(terms), terms: words, spec: [...packJobSpec(spec)], signature };
}

/** What a bid file holds. */
export function bidJson({ client }: CliContext, { job, bid: signed, signature }: SignedBid): z.input<typeof bid> {
  const market = client.deployment.contracts.JobMarketplace.address;
  const { chainId } = client.deployment;
  return { chainId, market, job, bid: { ...signed, price: String(signed.price) }, signature };
}

/** Writes a file that another run, or somebody else, reads. @throws CLI-006 */
export function writeOutput(path: string, content: unknown): void {
  try {
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { flag: "wx" });
  } catch (cause) {
    throw cliError("CLI-006", {
      found: cause instanceof Error ? cause.message : String(cause),
      wanted: "a new file in a folder that can be written to",
      hint: "choose another name for --out",
      cause,
    });
  }
}

/** Reads an order. @throws CLI-003 when it is not valid, or is good on another chain or market only */
export function readOrder(context: CliContext, path: string): SignedOrder {
  const found = readInput(path, order);
  requireHere(context, path, found);
  const terms = unpackJobTerms(found.terms.map(BigInt));
  if (jobId(terms) !== found.id) throw misfit(path, `terms of job ${jobId(terms)}`, `those of job ${found.id}`);
  return { terms, spec: unpackJobSpec(found.spec), signature: found.signature };
}

/** Reads a bid. @throws CLI-003 when it is not valid, or is good on another chain or market only */
export function readBid(context: CliContext, path: string): SignedBid {
  const found = readInput(path, bid);
  requireHere(context, path, found);
  return found;
}

function requireHere({ client }: CliContext, path: string, found: { chainId: number; market: Address }): void {
  const { chainId, contracts } = client.deployment;
  const { address } = contracts.JobMarketplace;
  if (found.chainId === chainId && isAddressEqual(found.market, address)) return;
  throw misfit(path, `chain ${found.chainId}, market ${found.market}`, `chain ${chainId}, market ${address}`);
}

function misfit(path: string, found: string, wanted: string) {
  return cliError("CLI-003", {
    found: `${path}: ${found}`,
    wanted,
    hint: "use a file that was signed for this market",
  });
}
