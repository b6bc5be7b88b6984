import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/**
 * Hardhat with the production profile (the optimiser's IR pipeline), everything built. Must be called before anything
 * else in the process imports Hardhat, because it chooses the folders of the build.
 */
export async function productionHardhat(): Promise<HardhatRuntimeEnvironment> {
  process.env.ASSAY_BUILD = "production";
  const { default: hre } = await import("hardhat");
  await withoutWarnings(() => hre.tasks.getTask("build").run({ quiet: true, defaultBuildProfile: "production" }));
  return hre;
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
