import { type Build, compile, type Patch } from "./compile.ts";

/** As they are deployed: the production profile. */
export function productionBuilds(): { dispute: Build; judge: Build } {
  return {
    dispute: compile("verification/RefereedDispute.sol", [], true),
    judge: compile("verification/judge/OneStepJudge.sol", [], true),
  };
}

/** The referee with `patches` applied, and the judge. */
export function buildsOf(patches: readonly Patch[] = []): { dispute: Build; judge: Build } {
  return {
    dispute: compile("verification/RefereedDispute.sol", patches),
    judge: compile("verification/judge/OneStepJudge.sol", patches),
  };
}
