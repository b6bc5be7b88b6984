// Runs after `npm install` / `npm ci`, before anything of ours may be imported, so it is plain JavaScript.
//
// Every npm script uses Node 24, which arrives as an optional npm package and is found first on the scripts' PATH.
// npm itself may still run under an older Node (Debian 12 ships 18, NodeSource 20); it then silently leaves out
// optional packages whose `engines` exclude that version, Hardhat's native engine among them. When that happened,
// install once more under the inner Node, without scripts, which adds what was left out and keeps the lock file.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const wanted = 22;
const outer = Number(
  (process.env.npm_config_user_agent ?? "").match(/node\/v(\d+)/)?.[1] ?? process.versions.node.split(".")[0],
);
const inner = findInnerNode();

if (outer < wanted) {
  if (!inner)
    fail(
      `Node ${outer} found, Node >= ${wanted} wanted, and no Node package for ${process.platform}-${process.arch} was installed`,
    );
  const npmCli = process.env.npm_execpath;
  if (!npmCli || !existsSync(npmCli)) fail("npm did not say where it is (npm_execpath)");
  const { status } = spawnSync(inner, [npmCli, "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PATH: `${dirname(inner)}:${process.env.PATH}`, npm_config_engine_strict: "false" },
  });
  if (status !== 0) fail("the second install pass, under Node 24, did not finish");
}

/** @returns {string | undefined} the path of the Node that npm scripts will use */
function findInnerNode() {
  const require = createRequire(join(root, "package.json"));
  const suffix = process.platform === "win32" ? "win" : process.platform;
  for (const name of [`node-${suffix}-${process.arch}`]) {
    try {
      const dir = dirname(require.resolve(`${name}/package.json`));
      const bin = join(dir, "bin", process.platform === "win32" ? "node.exe" : "node");
      if (existsSync(bin)) return bin;
    } catch {}
  }
  return undefined;
}

/** @param {string} what @returns {never} */
function fail(what) {
  console.error(
    `assay: install incomplete: ${what}.\n       Install Node ${wanted} or newer (https://nodejs.org) and run npm ci again.`,
  );
  process.exit(1);
}
