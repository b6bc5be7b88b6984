import { type Address, type Hex, isAddressEqual, zeroAddress } from "viem";
import { refereedDisputeAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { read } from "../internal/read.ts";

/** What the referee knows of one result. */
export interface Docket {
  /** The provider; once the result is rejected, whoever found it out; undefined where nobody has challenged it. */
  party: Address | undefined;
  /** Games that were ever opened. */
  opened: number;
  /** Games that are being played. */
  live: number;
  rejected: boolean;
}

/** What the referee knows of a result. @throws AssayError SDK-007 */
export async function getDocket(context: AssayContext, { commitment }: { commitment: Hex }): Promise<Docket> {
  const { address } = requireContract(context.deployment, "RefereedDispute");
  const [party, opened, live, outcome] = await read(context, {
    abi: refereedDisputeAbi,
    address,
    functionName: "docketOf",
    args: [commitment],
  });
  return { party: isAddressEqual(party, zeroAddress) ? undefined : party, opened, live, rejected: outcome === 1 };
}
