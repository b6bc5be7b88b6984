import { type JobId, jobId, jobMarketplaceAbi, unpackJobTerms } from "@assay/sdk";
import { decodeFunctionData, type Hex } from "viem";

type Words = Parameters<typeof unpackJobTerms>[0];

/** The jobs that a call of the market moves on; none where it is another call. */
export function jobsIn(data: Hex): JobId[] {
  try {
    return termsIn(data).map((words) => jobId(unpackJobTerms(words)));
  } catch {
    return [];
  }
}

function termsIn(data: Hex): Words[] {
  const { functionName, args } = decodeFunctionData({ abi: jobMarketplaceAbi, data });
  if (functionName === "finalizeBatch") return args[0].map(({ terms }) => terms);
  const single = ["finalize", "expire", "cancel", "reject"].includes(functionName);
  return single ? [(args as readonly unknown[])[0] as Words] : [];
}
