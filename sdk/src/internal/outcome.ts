import type { TransactionReceipt } from "viem";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import { type AssayEvent, type EventContract, type EventName, eventsNamed, parseAssayLogs } from "../events/parse.ts";

/**
 * The event that a transaction of ours must have left.
 * @throws AssayError SDK-024 when the receipt lacks it: another contract answered at the market's address
 */
export function outcomeOf<C extends EventContract, const N extends EventName<C>>(
  { deployment }: AssayContext,
  receipt: TransactionReceipt,
  contract: C,
  eventName: N,
): AssayEvent<C, N> {
  const [event] = eventsNamed(parseAssayLogs(deployment, receipt.logs), contract, eventName);
  if (event) return event;
  throw new AssayError("SDK-024", {
    message: `transaction ${receipt.transactionHash} left no ${eventName} event`,
    found: `${receipt.logs.length} other events`,
    wanted: eventName,
    hint: "Check that the deployment file belongs to this chain and version",
  });
}
