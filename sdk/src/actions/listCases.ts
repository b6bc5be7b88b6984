import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { mapBatched } from "../internal/read.ts";
import { getCase, type SlashCase } from "./getCase.ts";
import { getEvents } from "./getEvents.ts";

/**
 * The slashing manager's cases, newest first.
 * @param args.provider only those against it
 * @throws AssayError SDK-042 when the endpoint gives no logs
 */
export async function listCases(context: AssayContext, args: { provider?: Address } = {}): Promise<SlashCase[]> {
  const { provider } = args;
  const events = await getEvents(context, {
    contract: "SlashingManager",
    eventName: "CaseOpened",
    ...(provider === undefined ? {} : { args: { provider } }),
  });
  return mapBatched(events.reverse(), ({ args: { id } }) => getCase(context, { id }));
}
