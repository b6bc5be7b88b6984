/** A message that a source's gateway has emitted, as the destination's gateway sees it. */
export interface MessageView {
  id: string;
  /** Of the destination. */
  to: string;
  /** Order of emission on its source; oldest first. */
  order: number;
  approved: boolean;
  executed: boolean;
  /** Wei paid to the source's gas service for this message. */
  paid: bigint;
  /** Gas that carrying it takes at the destination. */
  gas: bigint;
  payloadBytes: number;
  /** Whether the destination is a contract's address. */
  addressed: boolean;
}

export interface RelayState {
  /** Seconds of chain time. */
  now: number;
  /** Ids of messages under way. */
  busy: ReadonlySet<string>;
  /** Time before which a message that was refused is left alone, by id. */
  notBefore: ReadonlyMap<string, number>;
  /** Wei of fees in the last 24 hours. */
  gasSpent: bigint;
}

export interface RelayLimits {
  /** Wei that must have been paid for a unit of gas; 0: nothing. */
  feePerGas: bigint;
  maxPayloadBytes: number;
  maxGas: number;
  /** wei */
  gasPerDay: bigint;
}

/** Why a message is not carried now. */
export type HoldReason = "unpaid" | "oversized" | "tooMuchGas" | "noAddress" | "refused" | "budget" | "turn";

/** Reasons that lie in a message as it is: nothing but more pay, or somebody else, changes them. */
const LASTING: ReadonlySet<HoldReason> = new Set(["unpaid", "oversized", "tooMuchGas", "noAddress"]);

/** The messages that will be held again at the next look unless more is paid for them. */
export function heldForLong({ held }: Pick<RelayDecision, "held">): Set<string> {
  return new Set(held.filter(({ reason }) => LASTING.has(reason)).map(({ id }) => id));
}

export interface RelayAction {
  type: "approve" | "execute";
  id: string;
}

export interface RelayDecision {
  actions: RelayAction[];
  held: { id: string; reason: HoldReason }[];
}

/** Leaves to another relay, for now, what is not this one's turn. */
export function keepTurns({ actions, held }: RelayDecision, isMine: (id: string) => boolean): RelayDecision {
  const others = actions.filter(({ id }) => !isMine(id)).map(({ id }) => ({ id, reason: "turn" as const }));
  return { actions: actions.filter(({ id }) => isMine(id)), held: [...held, ...others] };
}

/** What the fee of a message must come to, wei. */
export function feeFor({ gas }: Pick<MessageView, "gas">, { feePerGas }: Pick<RelayLimits, "feePerGas">): bigint {
  return gas * feePerGas;
}

/**
 * What to do with each message that is not executed yet: approve, then execute, or hold it for a reason. Each is in exactly
 * one of: actions, held, under way. Depends on nothing but its arguments.
 */
export function decideRelay(messages: readonly MessageView[], state: RelayState, limits: RelayLimits): RelayDecision {
  const decision: RelayDecision = { actions: [], held: [] };
  const open = messages.filter(({ id, executed }) => !executed && !state.busy.has(id));
  for (const message of open.toSorted((a, b) => a.order - b.order)) {
    const reason = holdReason(message, state, limits);
    if (reason) decision.held.push({ id: message.id, reason });
    else decision.actions.push({ type: message.approved ? "execute" : "approve", id: message.id });
  }
  return decision;
}

function holdReason(message: MessageView, state: RelayState, limits: RelayLimits): HoldReason | undefined {
  if (!message.addressed) return "noAddress";
  if (message.payloadBytes > limits.maxPayloadBytes) return "oversized";
  if (message.gas > BigInt(limits.maxGas)) return "tooMuchGas";
  if (message.paid < feeFor(message, limits)) return "unpaid";
  if (state.now < (state.notBefore.get(message.id) ?? 0)) return "refused";
  return state.gasSpent >= limits.gasPerDay ? "budget" : undefined;
}
