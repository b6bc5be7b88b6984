// What strategies and governance say.
import { zeroAddress } from "viem";
import type { Verdict } from "../model.ts";
import type { Move, Stage } from "./move.ts";

const VERDICTS: readonly Verdict[] = ["pending", "accepted", "rejected"];

/** Whom the strategy names, and whether it takes jobs. */
export function setTerms({ world, model, random, everyone, strategy }: Stage): Move {
  const refuses = random.chance(20);
  const finder = random.chance(30) ? zeroAddress : random.pick(everyone);
  return {
    name: "setTerms",
    from: world.deployer,
    to: strategy,
    call: ["setTerms", [refuses, finder]],
    allowed: true,
    apply: () => Object.assign(model, { refuses, finder }),
  };
}

export function answer({ world, model, random, strategy }: Stage): Move {
  const verdict = random.chance(40) ? "pending" : random.pick(VERDICTS);
  return {
    name: "answer",
    from: world.deployer,
    to: strategy,
    call: ["set", [0, VERDICTS.indexOf(verdict), 0]],
    allowed: true,
    apply: () => {
      model.answer = verdict;
    },
  };
}

export function configure({ world, model, random }: Stage): Move {
  const book = random.pick(model.books);
  const feeBps = random.below(2_001);
  const minBond = random.amount(3_000n);
  return {
    name: "configure",
    from: world.deployer,
    to: world.market,
    call: ["configureToken", [book.address, true, feeBps, minBond]],
    allowed: true,
    apply: () => Object.assign(book, { feeBps, minBond }),
  };
}

export function pause({ world, model, random }: Stage): Move {
  const bits = random.chance(70) ? 0 : random.below(4);
  return {
    name: "pause",
    from: world.deployer,
    to: world.market,
    call: ["setPause", [bits]],
    allowed: true,
    apply: () => {
      model.paused = bits;
    },
  };
}
