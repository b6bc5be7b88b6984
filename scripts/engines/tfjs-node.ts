// Builds the engine `tfjs-node` in a folder of its own, without the archive that its install script would download:
// TensorFlow's library and headers come from the wheel that Python's package index has, the addon's sources from npm.
//
//   npm run engine:tfjs-node -- [FOLDER]      then set engineFolder to FOLDER
//
// Needs Linux on x64, python3 with pip, and g++. A folder that is whole already is left as it is.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { proveEngine } from "@assay/exact/node";
import { TFJS_NODE_FOLDER } from "./folder.ts";

const TFJS = "4.22.0";
const NODE_API_HEADERS = "1.5.0";
/** A library with the C interface that the addon calls; newer ones may drop functions, so wheel and hash are fixed. */
const TENSORFLOW = {
  requirement: "tensorflow-cpu==2.19.1",
  sha256: "0b6d72bd09c267e7573757bd309f5b1e2cdb02577339991da751f3a1411e4dae",
  python: "3.11",
  platform: "manylinux_2_17_x86_64",
} as const;
/** What the addon is compiled and linked with; the rest of the wheel is Python. */
const WANTED = ["tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2", "tensorflow/include/"];

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return;
  const words = error?.message ?? `${stderr || stdout}`.trim().split("\n").slice(-6).join("\n");
  throw new Error(`${command} ${args[0] ?? ""} failed: ${words}`);
}

/** The addon's package with its JavaScript dependencies, and the header files of Node's stable interface. */
function installPackages(folder: string): void {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
  const names = [`@tensorflow/tfjs-node@${TFJS}`, `node-api-headers@${NODE_API_HEADERS}`];
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", ...names], folder);
}

/** TensorFlow's library and headers, below `folder`/tensorflow. */
function unpackLibrary(folder: string): void {
  const download = join(folder, "download");
  mkdirSync(download, { recursive: true });
  const { requirement, sha256, python, platform } = TENSORFLOW;
  writeFileSync(join(download, "requirements.txt"), `${requirement} --hash=sha256:${sha256}\n`);
  const target = ["--python-version", python, "--implementation", "cp", "--platform", platform];
  const checked = ["--require-hashes", "-r", "requirements.txt"];
  run("python3", ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", ...target, ...checked], download);
  const wheel = readdirSync(download).find((name) => name.endsWith(".whl"))!;
  const program = [
    "import sys, zipfile",
    "wheel = zipfile.ZipFile(sys.argv[1])",
    "wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith(tuple(sys.argv[3:]))])",
  ].join("\n");
  run("python3", ["-c", program, join(download, wheel), folder, ...WANTED], folder);
  rmSync(download, { recursive: true, force: true });
}

/** Compiles the addon to where its package looks for it. */
function compileAddon(folder: string): void {
  const modules = join(folder, "node_modules");
  const source = join(modules, "@tensorflow", "tfjs-node");
  const output = join(source, "lib", "napi-v8");
  const library = join(folder, "tensorflow");
  mkdirSync(output, { recursive: true });
  const include = [join(modules, "node-api-headers", "include"), join(library, "include"), source];
  run(
    "g++",
    [
      ...["-std=c++17", "-O2", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8"],
      ...include.flatMap((path) => ["-I", path]),
      ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(source, "binding", name)),
      ...["-o", join(output, "tfjs_binding.node"), "-L", library],
      ...["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2", `-Wl,-rpath,${library}`],
    ],
    folder,
  );
}

async function build(folder: string): Promise<void> {
  const done = join(folder, "built.json");
  if (!existsSync(done)) {
    if (process.platform !== "linux" || process.arch !== "x64") {
      throw new Error(`found ${process.platform}-${process.arch}, wanted linux-x64: the wheel's library is of that`);
    }
    mkdirSync(folder, { recursive: true });
    installPackages(folder);
    unpackLibrary(folder);
    compileAddon(folder);
  }
  const { adapter, digest, seconds } = await proveEngine("tfjs-node", { folder });
  writeFileSync(done, `${JSON.stringify({ tfjs: TFJS, library: TENSORFLOW.requirement, digest })}\n`);
  console.log(`${adapter} is exact: ${digest}, ${seconds.toFixed(2)} s; set engineFolder: ${folder}`);
}

try {
  await build(resolve(process.argv[2] ?? TFJS_NODE_FOLDER));
} catch (error) {
  console.error(`tfjs-node was not built: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
