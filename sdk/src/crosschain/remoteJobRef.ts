import type { Address } from "viem";
import { jobHubAbi, remoteJobPortalAbi } from "../abis.ts";
import { jobId, unpackJobTerms } from "../codec/jobTerms.ts";
import type { JobId, TermsWords } from "../codec/types.ts";
import { accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import { read } from "../internal/read.ts";
import type { RemoteContext } from "./context.ts";

export const PORTAL = { abi: remoteJobPortalAbi } as const;
export const HUB = { abi: jobHubAbi } as const;

/** What a remote job is called on both chains. */
export interface Ticket {
  /** Of the satellite. */
  chainId: bigint;
  user: Address;
  /** A user's jobs are counted from 1. */
  index: bigint;
  /** Who may take the change at home instead; the zero address for nobody. */
  homeAccount: Address;
}

/** Which remote job is meant. */
export interface RemoteJobRef {
  index: bigint;
  /** The wallet's account on the satellite when left out. */
  user?: Address | undefined;
}

/** The requester at home. */
export function accountOf({ home }: RemoteContext, ticket: Ticket): Promise<Address> {
  const { address } = requireContract(home.deployment, "JobHub");
  return read(home, { ...HUB, address, functionName: "accountOf", args: [ticket] });
}

/** What a user has sent, from its event. @throws AssayError SDK-027 */
export async function sentJob(
  { satellite }: RemoteContext,
  ref: RemoteJobRef,
): Promise<{ ticket: Ticket; terms: TermsWords; homeAccount: Address; number: bigint; id: JobId }> {
  const { chainId, contracts, startBlock } = satellite.deployment;
  const user = accountOr(satellite, ref.user);
  const [log] = await satellite.publicClient.getContractEvents({
    ...PORTAL,
    address: contracts.RemoteJobPortal.address,
    eventName: "RemoteJobSent",
    args: { user, index: ref.index },
    fromBlock: BigInt(startBlock),
    strict: true,
  });
  if (!log) {
    throw new AssayError("SDK-027", {
      message: `no remote job ${ref.index} of ${user}`,
      found: `no event of the portal on chain ${chainId}`,
      wanted: "its RemoteJobSent event",
      hint: "Check user and index; a user's jobs are counted from 1",
    });
  }
  const { homeAccount, terms, number } = log.args;
  const ticket = { chainId: BigInt(chainId), user, index: ref.index, homeAccount };
  return { ticket, terms, homeAccount, number, id: jobId(unpackJobTerms(terms)) };
}
