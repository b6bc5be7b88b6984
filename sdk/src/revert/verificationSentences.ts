import type { Sentence } from "./sentence.ts";

const hub: Record<string, Sentence> = {
  Hub_StrategyOutOfRange: {
    says: "strategy number {found} is not below {limit}",
    advice: "Choose a free number below the limit",
  },
  Hub_StrategyTaken: {
    says: "strategy number {number} belongs to {current}",
    advice: "A strategy is never replaced: register under a free number",
  },
  Hub_NotAContract: { says: "{found} holds no contract", advice: "Give the address of a deployed strategy" },
  Hub_UnknownPolicy: {
    says: "policy {found} names strategies that are not registered (registered: {registered}), or leaves out bit 0",
    advice: "A policy is a sum of registered bits and always includes 1, the optimistic window",
  },
  Hub_NotJudgeable: {
    says: "strategy {strategy} of the policy cannot judge this job",
    advice: "Name in the spec the judge that this strategy works with, or choose another policy",
  },
  Hub_NotEnoughGas: {
    says: "{found} gas was left to hear the strategies, each needs {perStrategy}",
    advice: "Send the transaction with a higher gas limit",
  },
};

const dispute: Record<string, Sentence> = {
  Dispute_ZeroAddress: { says: "an address is zero", advice: "Give an account that somebody owns" },
  Dispute_ZeroAmount: { says: "the amount is zero", advice: "Give an amount above zero" },
  Dispute_LimitsTooLong: {
    says: "with these clocks a dispute could last {found} seconds, the limit is {limit}",
    advice: "Deploy the referee with a shorter window or shorter clocks",
    kind: "fatal",
  },
  Dispute_NotInPolicy: {
    says: "the job's policy {policy} does not name the referee, strategy {strategy}",
    advice: "Such a result cannot be disputed here",
  },
  Dispute_UnknownJudge: {
    says: "the job pins another judge than this referee's",
    advice: "Take it to the referee that works with the job's judge",
  },
  Dispute_WrongRecord: {
    says: "the record is not the preimage of what was committed",
    advice: "Bring terms, spec, nonce, run root and final state from the job's events",
  },
  Dispute_NotSubmitted: {
    says: "the market does not hold result {commitment} as submitted",
    advice: "Read the job again: it has ended, or a reorganisation replaced the result",
    kind: "stale",
  },
  Dispute_SelfChallenge: {
    says: "{provider} cannot challenge its own result",
    advice: "Challenge from another account",
  },
  Dispute_WindowClosed: {
    says: "the result could be challenged until {end:time} (chain time {now_:time})",
    advice: "It stands: nothing can be done about it",
    kind: "stale",
  },
  Dispute_GameExists: {
    says: "this account has challenged this result before (game status {status})",
    advice: "Play on in that game, or challenge from another account",
    kind: "stale",
  },
  Dispute_SingleSegment: {
    says: "a run of one segment has no run tree",
    advice: "Challenge its last segment: last = true",
  },
  Dispute_InsufficientCredit: { says: "the credit at the referee is too low", advice: "Withdraw a smaller amount" },
  Dispute_Settled: {
    says: "result {commitment} is rejected already",
    advice: "Take the bond back with reclaimBond",
    kind: "stale",
  },
  Dispute_NotSettled: {
    says: "the job of result {commitment} has not ended",
    advice: "Try again when it is finalized, rejected or resolved",
    kind: "retryable",
  },
  Dispute_StaleGame: {
    says: "the game does not stand where the move says it does (game status {status})",
    advice: "Read the game's last Moved event and answer that",
    kind: "stale",
  },
  Dispute_WrongLevel: {
    says: "this move does not belong to level {found} at which the game stands",
    advice: "Make the move of that level",
  },
  Dispute_NotChallenger: {
    says: "only the game's challenger may make this move",
    advice: "Send it from the account that opened the game",
  },
  Dispute_NotProvider: {
    says: "only the provider of the disputed result, or its operator, may answer",
    advice: "Send it from the provider's account or from an operator of it",
  },
  Dispute_NotRevealed: {
    says: "the provider has not answered under key {key}",
    advice: "Wait for its answer, or for its clock to run out",
    kind: "retryable",
  },
  Dispute_AlreadyRevealed: {
    says: "the provider has answered under key {key}",
    advice: "An answer counts for every game that stands there: nothing to do",
    kind: "stale",
  },
  Dispute_WrongReveal: {
    says: "the move answers another reveal than the one that stands",
    advice: "Read the Revealed event again: a reorganisation may have replaced it",
    kind: "stale",
  },
  Dispute_ClockExpired: {
    says: "the clock has run out: {used} seconds are used, the budget is {budget}",
    advice: "Anyone may end the game with timeoutGame",
    kind: "stale",
  },
  Dispute_ClockRunning: {
    says: "{used} seconds are used of a budget of {budget}",
    advice: "Try again when the budget is used up",
    kind: "retryable",
  },
  Dispute_IndexOutOfRange: { says: "index {found} is not below {limit}", advice: "Pick one of the revealed children" },
  Dispute_WrongEnd: {
    says: "what was revealed does not end at the disputed value",
    advice: "Reveal the list that was committed to",
  },
  Dispute_WrongStart: {
    says: "what was brought does not start from the agreed value",
    advice: "Bring the list, operator or inputs that the game stands on",
  },
  Dispute_WrongLength: {
    says: "a list, proof or tile does not have the length that its position dictates",
    advice: "Derive its length from the job and the program",
  },
  Dispute_WrongRoot: {
    says: "the hashes do not lead to the committed one",
    advice: "Bring what was committed, with its proof",
  },
  Dispute_MalformedProgram: {
    says: "the program is outside its limits",
    advice: "Check it against DSP-06 and DSP-08; no provider should have claimed a job with it",
  },
  Dispute_WrongProgram: {
    says: "these are not the headers of the job's program",
    advice: "Bring all phase headers of the program that the spec names",
  },
  Dispute_NoFraud: {
    says: "the judge finds the disputed value right: it is {expected}",
    advice: "The accusation is wrong: no proof of it exists",
  },
};

const judge: Record<string, Sentence> = {
  Lens_ZeroAddress: { says: "one of the lens's peers is zero", advice: "Name all eight", kind: "fatal" },
  Lens_PageTooLarge: { says: "{found} items were asked for, {max} are answered", advice: "Ask in parts" },
  Demand_WrongSpec: {
    says: "the spec hashes to {found}, the terms name {wanted}",
    advice: "Pass the spec that was posted with these terms",
  },
  Demand_WrongRoots: {
    says: "the tensor roots hash to {found}, the job names {wanted}",
    advice: "Pass all roots of the constants, or all of the initial state, in program order",
  },
  Demand_NoSuchTensor: {
    says: "tensor {tensor} is none of the {count} that the job names",
    advice: "Count tensors from 0",
  },
  Demand_FeeTooLow: { says: "a fee of {fee} is below {minimum}", advice: "Offer at least the minimum" },
  Demand_AlreadyOpen: {
    says: "{demander} has a demand open",
    advice: "Wait for its answer, or reclaim it once its time is up",
  },
  Demand_JobFull: {
    says: "{limit} demands are open for job {job}",
    advice: "Reclaim those whose time is up, or wait",
  },
  Demand_NotOpen: {
    says: "{demander} has no demand open",
    advice: "It was answered or reclaimed; nothing is to be done",
  },
  Demand_Late: { says: "the demand ended at {until}, it is {time}", advice: "Reclaim it for its demander" },
  Demand_Early: { says: "the demand is open until {until}, it is {time}", advice: "Wait until then" },
  Demand_ProofTooLong: {
    says: "the proof has {length} levels, at most {limit} are read",
    advice: "Pass the tile's proof",
  },
  Demand_WrongTile: {
    says: "the tile and its proof lead to {found}, the job names {wanted}",
    advice: "Publish the tile that is asked for, with its type and its proof",
  },
  Judge_Opcode: { says: "the judge does not know opcode {opcode}", advice: "Use the judge that the job's spec names" },
  Judge_IllFormedRecord: {
    says: "the record of an operator with opcode {opcode} breaks the rules of its opcode",
    advice: "Compare it with the table in docs/spec/exact.md",
  },
  Judge_ElementType: { says: "element type {dtype} is none of 1, 2, 3", advice: "Use int8, int16 or int32" },
  Judge_RootCount: {
    says: "the operator reads another number of tensors",
    advice: "Bring one root for each input of the record",
  },
  Judge_TileCount: { says: "the judge needs another number of tiles", advice: "Bring one tile for each operand" },
  Judge_OutOfRange: { says: "{found} is not below {limit}", advice: "Ask for an element or chunk inside the output" },
  Judge_DataLength: {
    says: "a tile has the wrong number of bytes",
    advice: "Bring 256 elements of the operand's type",
  },
  Judge_ProofLength: {
    says: "a tile's proof has the wrong length",
    advice: "Bring one sibling for each level of the operand's tile tree",
  },
  Judge_Root: { says: "a tile does not lead to its tensor's root", advice: "Bring the tile at the operand's place" },
};

/** Errors of the verification hub, the referee, the data demands and the judge. */
export const verificationSentences: Readonly<Record<string, Sentence>> = {
  ...hub,
  ...dispute,
  ...judge,
};
