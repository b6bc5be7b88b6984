import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LOCK = join(REPOSITORY, "dist", "production.lock");

/** What the gas tests and benchmarks deploy beside the protocol. The other mocks would double the time of the build. */
const STAGE = ["contracts/mocks/Council.sol", "contracts/mocks/MockStrategy.sol"];
const PROXY = "npm:@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

/**
 * Hardhat with the production profile (the optimiser's IR pipeline), everything built that is deployed. Must be called
 * before anything else in the process imports Hardhat, because it chooses the folders of the build. Processes build one
 * after another.
 */
export async function productionHardhat(): Promise<HardhatRuntimeEnvironment> {
  process.env.ASSAY_BUILD = "production";
  const { default: hre } = await import("hardhat");
  await takeLock();
  try {
    const own = globSync("contracts/**/*.sol", { cwd: REPOSITORY, exclude: ["contracts/mocks/**"] }).sort();
    const files = [...own, ...STAGE, PROXY];
    await withoutWarnings(() =>
      hre.tasks.getTask("build").run({ quiet: true, defaultBuildProfile: "production", files }),
    );
  } finally {
    rmSync(LOCK, { force: true });
  }
  return hre;
}

/** Waits until no living process holds the lock, and takes it. */
async function takeLock(): Promise<void> {
  mkdirSync(dirname(LOCK), { recursive: true });
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      return;
    } catch {
      if (holderIsGone()) rmSync(LOCK, { force: true });
      else await delay(100);
    }
  }
}

function holderIsGone(): boolean {
  try {
    process.kill(Number(readFileSync(LOCK, "utf8")) || process.pid, 0);
    return false;
  } catch (error) {
    // the file went away by itself (try again), or its process did
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** The quick build shows the compiler's warnings; a second time they would only spoil the output of a tool. */
async function withoutWarnings(build: () => Promise<unknown>): Promise<void> {
  const { log, warn } = console;
  console.log = console.warn = () => {};
  try {
    await build();
  } finally {
    Object.assign(console, { log, warn });
  }
}
