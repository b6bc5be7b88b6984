// Plain JavaScript: it must run under any Node, to find one that runs the rest.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";

const WANTED = [22, 19];

/**
 * Runs a daemon's command line under this Node if it is new enough, else under the one that npm installed beside it.
 * @param {{ script: string, code: string, load: () => Promise<{ main(argv: string[]): Promise<void> }> }} args
 *   `script`: the calling file's import.meta.url; `code`: the error's, when there is no Node new enough
 */
export async function launch({ script, code, load }) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) {
    quietExperiments();
    // Types are stripped and scripts compiled once, not at every start: half the time to start, and less memory.
    module.enableCompileCache?.();
    // A daemon that waits makes little garbage at a time: the young generation need not grow to the 32 MiB of a server.
    v8.setFlagsFromString("--semi-space-growth-factor=1");
    // Nor need the old one double before it is looked through: that is what an idle daemon would be seen to hold.
    v8.setFlagsFromString("--heap-growing-percent=8");
    const [{ main }, { guardOutput }] = await Promise.all([load(), import("../src/output.ts")]);
    guardOutput();
    await main(process.argv.slice(2));
    return;
  }
  const node = newerNode(script);
  const refuse = (found) => {
    console.error(
      `${code}: this Node is too old\n  found:  ${found}\n  wanted: Node ${WANTED.join(".")} or newer\n` +
        "  do:     install Node 24 (https://nodejs.org), or run npm ci in the repository: it brings one along",
    );
    process.exitCode = 1;
  };
  const found = `Node ${process.versions.node}`;
  if (!node) refuse(found);
  else
    runUnder(node, fileURLToPath(script)).on("error", ({ message }) => refuse(`${found}; the newer one: ${message}`));
}

/** node:sqlite is announced as experimental on every start; other warnings stay. */
function quietExperiments() {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") console.error(`${warning.name}: ${warning.message}`);
  });
}

/** @param {string} script @returns {string | undefined} the newer Node that npm installed beside the script */
function newerNode(script) {
  const system = process.platform === "win32" ? "win" : process.platform;
  try {
    const require = createRequire(script);
    const folder = dirname(require.resolve(`node-${system}-${process.arch}/package.json`));
    const file = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} node @param {string} script */
function runUnder(node, script) {
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
  return child;
}
