import type { Facts } from "@assay/daemon-kit";
import type { Game, SubmittedJob } from "@assay/sdk";
import type { ActionType, GameFacts, SkipReason } from "./decide.ts";
import type { Fate } from "./fate.ts";
import type { CheckOutcome } from "./tasks.ts";
import type { ProofView } from "./view.ts";

/** A submitted result that this bot looks at, with everything known of it here. */
export interface Case {
  job: SubmittedJob;
  windowEnd: number;
  bond: bigint;
  chosen: boolean;
  fate: Fate;
  outcome?: CheckOutcome;
  confirmed: boolean;
  attempts: number;
  gaveUp: boolean;
  alarm?: Facts;
  /** This account's game, where it stands by the logs, and by the contract. */
  game?: Game;
  facts?: GameFacts;
  opened: number;
  rejected: boolean;
  busy?: ActionType;
  notBeforeMs: number;
  lastSkip?: SkipReason;
  progress?: { step: number; steps: number; etaSeconds: number };
  /** What the judge will be shown, by the place it belongs to. */
  proof?: { place: string; view: ProofView };
}
