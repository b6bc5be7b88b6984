import type { Sentence } from "./sentence.ts";

/** Errors of the coordinator of upkeeps. */
export const automationSentences: Readonly<Record<string, Sentence>> = {
  Upkeep_ZeroAddress: { says: "the market or the slashing manager is zero", advice: "Name both" },
  Upkeep_UnknownDuty: {
    says: "the data begins with {selector}, which is no duty",
    advice: "Send the calldata of settle, expire, timeout, endCases, collect or govern",
  },
  Upkeep_Malformed: {
    says: "the data of duty {selector} cannot be decoded, or its items need more gas than was given",
    advice: "Encode it with the coordinator's ABI, or send fewer items",
  },
  Upkeep_TooMany: { says: "{found} items, {limit} fit into one call", advice: "Split them" },
  Upkeep_NothingDue: {
    says: "nothing of duty {selector} is due",
    advice: "Somebody else was faster, or it is too early: ask checkUpkeep again",
    kind: "stale",
  },
  Upkeep_NoTips: { says: "no tips in {token} have come in", advice: "Wait until batches have been settled through it" },
};
