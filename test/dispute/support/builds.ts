import { readBuild } from "../../support/world.ts";
import { type Build, compile, type Patch } from "./compile.ts";

/** As they are deployed: the production profile. */
export function productionBuilds(): { dispute: Build; judge: Build } {
  return {
    dispute: compile("verification/RefereedDispute.sol", [], true),
    judge: compile("verification/judge/OneStepJudge.sol", [], true),
  };
}

/** The referee and the judge of the tests' build; with patches, compiled here and now. */
export function buildsOf(patches: readonly Patch[] = []): { dispute: Build; judge: Build } {
  const build = (file: string): Build => (patches.length === 0 ? readBuild(file) : compile(file, patches));
  return { dispute: build("verification/RefereedDispute.sol"), judge: build("verification/judge/OneStepJudge.sol") };
}
