import { spawn } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../deploy/artifacts.ts";
import { linkTree } from "../lib/link-tree.ts";
import { type Build, compileSources, contractOf, readSource } from "../lib/solidity.ts";
import { type Mutation, mutate } from "./operators.ts";
import type { Target } from "./targets.ts";

/** `invalid`: it does not compile, so it says nothing. */
export type Fate = "noticed" | "survived" | "hung" | "invalid";

/** Above what the slowest set of tests takes on a busy machine. */
const HANG_MS = 400_000;

/** A copy of the build in which single contracts can be replaced. */
export class Bench {
  readonly folder: string;
  readonly #target: Target;

  constructor(target: Target, worker: number) {
    this.#target = target;
    this.folder = join(REPOSITORY, "dist", "mutants", `${target.name}-${worker}`);
    rmSync(this.folder, { recursive: true, force: true });
    linkTree(join(REPOSITORY, "artifacts"), this.folder);
  }

  /** Builds the mutant and runs the tests against it until the first that fails. */
  async fateOf(mutation: Mutation): Promise<Fate> {
    const read = (path: string) => (path === mutation.path ? mutate(readSource(path), mutation) : readSource(path));
    let builds: Map<string, Build>;
    try {
      builds = compileSources(this.#target.contracts, read);
    } catch {
      return "invalid";
    }
    for (const [path, build] of builds) {
      const file = join(this.folder, path, `${contractOf(path)}.json`);
      const artifact = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
      // the file is a link to the real build's: it is replaced, never written to
      rmSync(file);
      writeFileSync(file, JSON.stringify({ ...artifact, ...build }));
    }
    return this.testsPass();
  }

  /** Runs the target's tests on what the folder holds. */
  testsPass(): Promise<Fate> {
    const files = this.#target.tests.flatMap((pattern) => globSync(pattern, { cwd: REPOSITORY }));
    const flags = ["--disable-warning=ExperimentalWarning", "--test", "--test-isolation=none", "--test-reporter=tap"];
    const child = spawn(process.execPath, [...flags, ...files], {
      cwd: REPOSITORY,
      env: { ...process.env, ASSAY_ARTIFACTS: this.folder },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return new Promise((resolve) => {
      let fate: Fate | undefined;
      const end = (what: Fate) => {
        fate ??= what;
        child.kill("SIGKILL");
      };
      const timer = setTimeout(() => end("hung"), HANG_MS);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (/^\s*not ok /m.test(text)) end("noticed");
      });
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve(fate ?? (code === 0 ? "survived" : "noticed"));
      });
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
