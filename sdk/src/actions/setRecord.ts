import type { Hex } from "viem";
import type { AssayContext } from "../context.ts";
import type { ProviderRecord } from "../eip712/record.ts";
import { registryCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface SetRecordArgs {
  record: ProviderRecord;
}

/** A record with its provider's signature (`signRecord`). */
export interface SetSignedRecordArgs extends SetRecordArgs {
  signature: Hex;
}

/** The call by which a provider, or its operator, publishes its record. */
export function prepareSetRecord(context: AssayContext, { record }: SetRecordArgs): PreparedCall {
  return registryCall(context, "setRecord", [record]);
}

/** The call by which anyone publishes a record that its provider signed. */
export function prepareSetSignedRecord(
  context: AssayContext,
  { record, signature }: SetSignedRecordArgs,
): PreparedCall {
  return registryCall(context, "setSignedRecord", [record, signature]);
}

/**
 * Publishes what a provider's machines can do. What is false in it can cost stake.
 * @throws AssayError SDK-030 (`Registry_OldSequence`, `Registry_NotOperator`, `Registry_ExpiryTooFar`)
 */
export const setRecord = sendingAction(prepareSetRecord);

/**
 * Publishes a record that its provider signed. Anyone may.
 * @throws AssayError SDK-030 (`Registry_BadSignature`, `Registry_OldSequence`)
 */
export const setSignedRecord = sendingAction(prepareSetSignedRecord);
