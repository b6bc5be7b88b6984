import type { Patch } from "./compile.ts";

/** A contract without one of the checks that keep a challenger from framing an honest provider. */
export interface Frame {
  rule: string;
  /** What a challenger could do then. */
  play: string;
  patch: Patch;
}

const REFEREE = "verification/RefereedDispute.sol";

export const FRAMES: readonly Frame[] = [
  {
    rule: "DSP-40",
    play: "answer a list that was not revealed",
    patch: {
      file: REFEREE,
      from: "require(stands, Dispute_WrongReveal(hash, game.place.answered() ? uint256(game.expect) : reveal));",
      to: "",
    },
  },
  {
    rule: "DSP-34",
    play: "say that an operator reads something else",
    patch: { file: "verification/dispute/StepOps.sol", from: "Guards.root(found, wanted);", to: "wanted;" },
  },
  {
    rule: "DSP-44",
    play: "show the judge another operator than the one agreed on",
    patch: { file: REFEREE, from: "Guards.start(opening, game.pre);", to: "opening;" },
  },
  {
    rule: "DSP-23",
    play: "prove another place of a tree",
    patch: {
      file: "verification/dispute/MerkleWalk.sol",
      from: "Guards.root(rootOf(leaf, index, levels, proof), root);",
      to: "rootOf(leaf, index, levels, proof);",
    },
  },
];
