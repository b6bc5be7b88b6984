import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";

/** A file of a built subgraph, with the path by which the manifest names it. */
export interface BuiltFile {
  path: string;
  bytes: Buffer;
}

/** What a deployment sends, and where. */
export interface Publication {
  name: string;
  version: string | undefined;
  /** graph-node's admin endpoint, or Studio's. */
  node: string;
  ipfs: string;
  /** Sent as a bearer token to both, if there is one. */
  key: string | undefined;
  files: BuiltFile[];
  manifest: Record<string, unknown>;
}

/** Everything that belongs to a built subgraph. @param manifestPath its subgraph.yaml */
export function collectBuild(manifestPath: string): Pick<Publication, "files" | "manifest"> {
  const folder = dirname(manifestPath);
  const manifest = parse(readFileSync(manifestPath, "utf8")) as Record<string, unknown>;
  const wanted = new Set<string>();
  mapFiles(manifest, (path) => {
    wanted.add(path);
    return path;
  });
  const there = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const files = [...wanted].sort().map((path) => {
    const file = join(folder, path);
    if (!there.has(file)) throw new Error(`the manifest names ${path}, which was not built`);
    return { path, bytes: readFileSync(file) };
  });
  return { files, manifest };
}

/** Uploads every file, then the manifest with their hashes in place of their paths, and points the name at it. */
export async function publish(publication: Publication): Promise<{ hash: string; reply: unknown }> {
  const { name, version, node, files, manifest, key } = publication;
  const hashes = new Map<string, string>();
  for (const { path, bytes } of files) hashes.set(path, await add(publication, path, bytes));
  const linked = mapFiles(manifest, (path) => ({ "/": `/ipfs/${hashes.get(path)}` }));
  const hash = await add(publication, "subgraph.yaml", Buffer.from(stringify(linked)));
  // a node of one's own wants the name first; Studio has it already
  if (key === undefined) await call(node, "subgraph_create", { name }, key);
  const label = version === undefined ? {} : { version_label: version };
  return { hash, reply: await call(node, "subgraph_deploy", { name, ipfs_hash: hash, ...label }, key) };
}

/** Replaces the value of every `file:` in a manifest. */
function mapFiles(value: unknown, change: (path: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapFiles(item, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    name === "file" && typeof inner === "string" ? change(inner) : mapFiles(inner, change),
  ]);
  return Object.fromEntries(entries);
}

async function add({ ipfs, key }: Publication, path: string, bytes: Buffer): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(bytes)]), path);
  const answer = await fetch(new URL("api/v0/add?pin=true", withSlash(ipfs)), {
    method: "POST",
    body: form,
    headers: authorised(key),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`IPFS at ${ipfs} refused ${path}: HTTP ${answer.status} ${text.slice(0, 200)}`);
  return (JSON.parse(text) as { Hash: string }).Hash;
}

async function call(node: string, method: string, params: object, key: string | undefined): Promise<unknown> {
  const answer = await fetch(node, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorised(key) },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${node} refused ${method}: HTTP ${answer.status} ${text.slice(0, 200)}`);
  const reply = JSON.parse(text) as { result?: unknown; error?: { message: string } };
  if (reply.error && method !== "subgraph_create") throw new Error(`${node} refused ${method}: ${reply.error.message}`);
  return reply.result;
}

function authorised(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
