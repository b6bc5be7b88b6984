/** What an operator can be told of. */
export const NOTICES = [
  "JOB_WON",
  "DISPUTE_OPENED",
  "DISPUTE_CLOCK_HALF",
  "DISPUTE_CLOCK_QUARTER",
  "STAKE_LOW",
  "BALANCE_LOW",
  "RPC_BEHIND",
] as const;
export type NoticeName = (typeof NOTICES)[number];
