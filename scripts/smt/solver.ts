import { spawnSync } from "node:child_process";

/** Work that z3 may spend on one question: the same on every machine, unlike seconds. */
const RESOURCES = 20_000_000;
/** z3 does not count everything that it does. */
const HANG_MS = 30_000;
/** What the compiler's own solver runs with on questions about whole histories of calls. */
const HORN = [
  "rewriter.pull_cheap_ite=true",
  "fp.spacer.q3.use_qgen=true",
  "fp.spacer.mbqi=false",
  "fp.spacer.ground_pobs=false",
];

/** Answers the compiler's SMT-LIB questions with z3; what z3 cannot decide in time is `unknown`. */
export function solverOf(z3: string): (question: string) => { contents: string } {
  return (question) => {
    const flags = question.includes("(set-logic HORN)") ? HORN : [];
    const { stdout } = spawnSync(z3, ["-smt2", "-in", `rlimit=${RESOURCES}`, ...flags], {
      input: question,
      encoding: "utf8",
      timeout: HANG_MS,
      maxBuffer: 2 ** 28,
    });
    return { contents: /^(sat|unsat)\b/.test(stdout) ? stdout : "unknown\n" };
  };
}
