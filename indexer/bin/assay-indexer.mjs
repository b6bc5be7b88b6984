#!/usr/bin/env node
// Plain JavaScript: it must run under any Node, to find one that runs the rest.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WANTED = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) {
  // node:sqlite is announced as experimental on every start; other warnings stay.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning") console.error(`${warning.name}: ${warning.message}`);
  });
  const { main } = await import("../src/cli.ts");
  await main(process.argv.slice(2));
} else {
  const node = newerNode();
  if (node) runUnder(node);
  else {
    console.error(
      `IX-001: this Node is too old\n  found:  Node ${process.versions.node}\n  wanted: Node ${WANTED.join(".")} or newer\n` +
        "  do:     install Node 24 (https://nodejs.org), or run npm ci in the repository: it brings one along",
    );
    process.exitCode = 1;
  }
}

/** @returns {string | undefined} the newer Node that npm installed beside us */
function newerNode() {
  const system = process.platform === "win32" ? "win" : process.platform;
  try {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve(`node-${system}-${process.arch}/package.json`));
    const file = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} node */
function runUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}
