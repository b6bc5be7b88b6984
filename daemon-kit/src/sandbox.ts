import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** Whether children are shut in: where that is possible, always or not at all, or never. */
export type SandboxMode = "auto" | "required" | "off";

/** What a child may reach. Paths are absolute; the script's own packages are always readable. */
export type Access = {
  network: boolean;
  readable: readonly string[];
  /** Folders that it may write to, and no others. */
  writable: readonly string[];
};

/** Bytes of the child's own /tmp, which is memory. */
const TMP_BYTES = 64 * 2 ** 20;
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/etc/alternatives", "/etc/localtime"];
const LOADER = ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/vulkan", "/etc/OpenCL", "/etc/glvnd"];
const NETWORK = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/pki"];
/** Graphics cards, and what their drivers look at. */
const DEVICES = ["/dev/dri", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset"];

let found: { version: string } | { reason: string } | undefined;

/** bubblewrap on this machine, or why it cannot be used. Tried once. */
export function findBwrap(): { version: string } | { reason: string } {
  found ??= tryBwrap();
  return found;
}

function tryBwrap(): { version: string } | { reason: string } {
  if (process.platform !== "linux") return { reason: `bubblewrap is for Linux, this is ${process.platform}` };
  const args = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "bwrap", "--version"];
  const { status, error, stdout, stderr } = spawnSync("bwrap", args, { encoding: "utf8", timeout: 10_000 });
  if (status === 0) return { version: stdout.trim() };
  const missing = (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  return { reason: missing ? "no program bwrap" : (stderr || (error?.message ?? `exit code ${status}`)).trim() };
}

/**
 * The command that runs `command` in namespaces of its own: no process but its own, no network unless allowed, no file but
 * the system's libraries, the script's packages and what `access` names; it ends with its parent.
 */
export function bwrapCommand(command: readonly string[], script: string, access: Access): string[] {
  const readable = [...SYSTEM, ...LOADER, ...(access.network ? NETWORK : [])];
  const given = [dirname(realpathSync(process.execPath)), ...codeFolders(script), ...access.readable];
  return [
    "bwrap",
    "--unshare-all",
    ...(access.network ? ["--share-net"] : []),
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--proc", "/proc", "--dev", "/dev", "--ro-bind-try", "/sys", "/sys"],
    ...devices().flatMap((path) => ["--dev-bind-try", path, path]),
    ...["--size", `${TMP_BYTES}`, "--tmpfs", "/tmp"],
    ...given.flatMap((path) => ["--ro-bind", path, path]),
    ...access.writable.flatMap((path) => ["--bind", path, path]),
    ...["--chdir", "/", "--"],
    ...command,
  ];
}

function devices(): string[] {
  const cards = readdirSync("/dev").filter((name) => /^nvidia\d+$/.test(name));
  return [...DEVICES, ...cards.map((name) => join("/dev", name))];
}

const folders = new Map<string, string[]>();

/** Every folder that a script's imports may come from: its package, the node_modules above, and what these link to. */
function codeFolders(script: string): string[] {
  const known = folders.get(script);
  if (known) return known;
  const start = dirname(existsSync(script) ? realpathSync(script) : script);
  const above = ancestors(start);
  const own = above.find((folder) => existsSync(join(folder, "package.json"))) ?? start;
  const modules = above.map((folder) => join(folder, "node_modules")).filter((folder) => existsSync(folder));
  const linked = modules.flatMap((folder) => links(folder));
  const all = [...new Set([own, ...modules, ...linked])].filter((folder) => existsSync(folder));
  folders.set(script, all);
  return all;
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function links(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    const path = join(modules, entry.name);
    if (entry.name.startsWith("@") && entry.isDirectory()) return links(path);
    return entry.isSymbolicLink() && existsSync(path) ? [realpathSync(path)] : [];
  });
}
