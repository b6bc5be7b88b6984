import type { MessageStage } from "./messages.ts";

/** What became of a transfer, as its sender's chain knows it, in the order of the contract's enum. */
export const outgoingStatuses = ["none", "sent", "accepted", "refused", "returned"] as const;
export type OutgoingStatus = (typeof outgoingStatuses)[number];

/** What became of a transfer, as its receiver's chain knows it. Accepted and refused never change. */
export const incomingStatuses = ["none", "queued", "accepted", "refused"] as const;
export type IncomingStatus = (typeof incomingStatuses)[number];

/** What is waited for, until when, and who can do something about it. */
export interface Waiting {
  /** Nothing is left to happen. */
  done: boolean;
  /** A sentence without a full stop. */
  waitsFor: string;
  /** Unix time of the clock that `clock` names; absent where nothing runs out. */
  until?: number;
  clock?: "home" | "satellite" | "source" | "destination";
  /** What anyone, or the sender alone, may do now. */
  next: readonly Next[];
}

/** A step that can be taken now. */
export interface Next {
  step:
    | "relay"
    | "execute"
    | "release"
    | "acknowledge"
    | "refund"
    | "recall"
    | "resend"
    | "cancel"
    | "settle"
    | "report";
  by: "anyone" | "sender";
}

export interface TransferFacts {
  outgoing: OutgoingStatus;
  incoming: IncomingStatus;
  /** Of the newest message that carries it; undefined where none was found. */
  stage: MessageStage | undefined;
  /** Unix time of the receiving chain. */
  deadline: number;
  /** Clock of the receiving chain, Unix seconds. */
  now: number;
}

const anyone = (step: Next["step"]): Next => ({ step, by: "anyone" });
const sender = (step: Next["step"]): Next => ({ step, by: "sender" });

/** What a transfer waits for. Depends on nothing but its arguments. */
export function explainTransfer(facts: TransferFacts): Waiting {
  const { outgoing, incoming, deadline, now } = facts;
  if (outgoing === "none") return { done: true, waitsFor: "nothing: it was never sent", next: [] };
  if (outgoing === "returned") return { done: true, waitsFor: "nothing: it was refused and is paid back", next: [] };
  if (incoming === "accepted") return { done: true, waitsFor: "nothing: it is paid out", next: [] };
  if (outgoing === "refused") {
    return { done: false, waitsFor: "anyone's call that pays it back", next: [anyone("refund")] };
  }
  if (incoming === "refused") {
    return { done: false, waitsFor: "the receipt that says it is refused", next: [anyone("acknowledge")] };
  }
  const late = now > deadline;
  const limit = { until: deadline, clock: "destination" as const };
  const recall = late ? anyone("recall") : sender("recall");
  if (incoming === "queued") {
    const waitsFor = late
      ? "anyone's call that refuses it, since its deadline is over"
      : "room under the limit, the end of a pause, or its receiver";
    return { done: false, waitsFor, ...limit, next: [anyone("release"), recall] };
  }
  const arrival = {
    approved: { waitsFor: "its execution at the destination", next: [anyone("execute"), recall] },
    sent: { waitsFor: "the relay's approval", next: [anyone("relay"), recall] },
    executed: {
      waitsFor: "being sent again: its message was executed without effect",
      next: [anyone("resend"), recall],
    },
  }[facts.stage ?? "sent"];
  const waitsFor = late ? `${arrival.waitsFor}; it can only be refused now` : arrival.waitsFor;
  return { done: false, ...arrival, waitsFor, ...limit };
}
