import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

/** The folder of SwiftShader, a Vulkan driver that computes on the processor, from the archive in a browser's package. */
function unpack(folder: string): void {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const root = entry.slice(
    0,
    entry.lastIndexOf(join("@sparticuz", "chromium")) + join("@sparticuz", "chromium").length,
  );
  const archive = brotliDecompressSync(readFileSync(join(root, "bin", "swiftshader.tar.br")));
  const { status, stderr } = spawnSync("tar", ["-x", "-C", folder], { input: archive });
  if (status !== 0) throw new Error(`SwiftShader could not be unpacked: ${stderr}`);
}

/**
 * Runs a script of this folder on SwiftShader and gives the JSON of its last line of output. In a process of its own: the
 * loader looks for libraries where it was told when a process started. Linux on x64 only.
 */
export async function onSwiftShader<T>(script: string, args: readonly string[]): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "assay-swiftshader-"));
  try {
    unpack(folder);
    const path = join(dirname(fileURLToPath(import.meta.url)), script);
    const env = {
      ...process.env,
      LD_LIBRARY_PATH: folder,
      VK_ICD_FILENAMES: join(folder, "vk_swiftshader_icd.json"),
      NODE_TEST_CONTEXT: undefined,
    };
    const child = spawn(process.execPath, [path, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      output += chunk;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (code !== 0) throw new Error(`${script} ended with ${code}: ${output.slice(-2000)}`);
    return JSON.parse(output.trim().split("\n").at(-1)!) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
