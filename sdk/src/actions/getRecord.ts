import type { Address } from "viem";
import { providerRegistryAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import type { ProviderRecord } from "../eip712/record.ts";
import { read } from "../internal/read.ts";
import { getEvents } from "./getEvents.ts";

/** A provider's published record. */
export interface RecordInfo extends ProviderRecord {
  /** What the market counts now: nothing once the record has expired. */
  counted: { capabilities: bigint; memoryClass: number };
}

/**
 * What a provider says of its machines; undefined where it has said nothing. Endpoint and price are read from the log.
 * @param args.provider the wallet's account when left out
 * @throws AssayError SDK-042 when the endpoint gives no logs
 */
export async function getRecord(
  context: AssayContext,
  args: { provider?: Address } = {},
): Promise<RecordInfo | undefined> {
  const provider = accountOr(context, args.provider);
  const { address } = context.deployment.contracts.ProviderRegistry;
  const registry = { abi: providerRegistryAbi, address } as const;
  const [[sequence, capabilities, memoryClass, expiry], [bits, memory]] = await Promise.all([
    read(context, { ...registry, functionName: "recordOf", args: [provider] }),
    read(context, { ...registry, functionName: "capabilitiesOf", args: [provider] }),
  ]);
  if (expiry === 0) return undefined;
  const events = await getEvents(context, {
    contract: "ProviderRegistry",
    eventName: "RecordSet",
    args: { provider },
  });
  const last = events.findLast((event) => event.args.sequence === BigInt(sequence));
  return {
    provider,
    sequence,
    capabilities,
    memoryClass,
    expiry,
    pricePerHour: last?.args.pricePerHour ?? 0n,
    endpoint: last?.args.endpoint ?? "",
    counted: { capabilities: bits, memoryClass: memory },
  };
}
