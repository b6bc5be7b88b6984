import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../deploy/artifacts.ts";

/** Programs that analyse contracts and come as Python packages; `requirements.txt` has their exact versions. */
export type AnalysisTool = "slither" | "z3";

const REQUIREMENTS = join(REPOSITORY, "scripts", "analysis", "requirements.txt");
const MARK = "whole";

/**
 * Finds an analysis program, and installs all of them into a private environment on first use (about 30 seconds, 200 MB,
 * in the user's cache folder, named after the versions, so that other versions get another one).
 * @returns the program's path, undefined where it is neither there nor to be had
 */
export function findTool(name: AnalysisTool): string | undefined {
  const folder = environment();
  const own = join(folder, "bin", name);
  if (existsSync(join(folder, MARK)) || install(folder)) return own;
  const found = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** Why a tool is absent and what helps, for people. */
export function absence(name: AnalysisTool): string {
  const debian = name === "z3" ? ", or Debian's package z3," : "";
  return `${name} is absent: it needs python3 with venv and a reachable Python package index once${debian} (scripts/analysis/requirements.txt)`;
}

function environment(): string {
  const versions = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "assay", `analysis-${versions}`);
}

/** An interrupted installation has no mark and is done again. */
function install(folder: string): boolean {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", folder]],
    [
      join(folder, "bin", "python3"),
      [..."-m pip install --quiet --retries 1 --timeout 15 -r".split(" "), REQUIREMENTS],
    ],
  ];
  const done = steps.every(([command, args]) => spawnSync(command, args, { stdio: "ignore" }).status === 0);
  if (done) writeFileSync(join(folder, MARK), "");
  else rmSync(folder, { recursive: true, force: true });
  return done;
}
