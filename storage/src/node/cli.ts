import { parseArgs } from "node:util";
import { isStorageError, StorageError } from "../errors.ts";
import { type HeliaSource, openHelia } from "../helia/open-helia.ts";
import { boundedCache } from "./block-cache.ts";
import { type BlockFolder, openBlockFolder } from "./block-folder.ts";
import { startGateway } from "./gateway.ts";

const HELP = `assay-storage: serves a folder of content-addressed blocks over HTTP

  assay-storage --dir DIR [--port PORT] [--host HOST] [--max-bytes N] [--max-upload-bytes N]

  --dir DIR               where the blocks are (made if absent)
  --port PORT             0 takes any free port (default 0)
  --host HOST             address to listen on (default 127.0.0.1)
  --max-bytes N           most bytes of blocks to hold (default: as the disk allows)
  --max-upload-bytes N    largest block accepted (default and limit 2097152)

  --helia                 get blocks that are not here from others, by Helia (npm run helia installs it), and give peers those
                          that are; it talks to nobody but those named by
  --peer MULTIADDR        a peer to stay connected with (may be repeated, as the next three)
  --upstream URL          a trustless gateway to ask
  --router URL            a delegated router, which says who has a block
  --listen MULTIADDR      where peers may call; with none they may not
  --cache-bytes N         most bytes of what came from others, in DIR.cache (default 10737418240); what is longest unused goes
  --help

  ASSAY_STORAGE_TOKEN     if set, uploads must carry it as a bearer token

Prints {"url": ...} on one line when ready. SIGTERM and SIGINT close it.
Exit codes: 0 closed, 1 wrong use, 75 try again.
`;

/** Runs the program. @returns the exit code, or undefined while the gateway serves */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number | undefined> {
  // What nobody takes, for want of room or of a reader, is lost; the gateway goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  try {
    return await run(argv, env);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    process.stderr.write(
      `${error.code}: ${error.message}\n  found:  ${error.found}\n  wanted: ${error.wanted}\n  do:     ${error.hint}\n`,
    );
    return isStorageError(error, "ST-004") ? 75 : 1;
  }
}

async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const values = parse(argv);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!values.dir) throw misuse("no --dir", "--dir DIR");
  const log = (error: unknown) =>
    process.stderr.write(`${JSON.stringify(isStorageError(error) ? error : String(error))}\n`);
  const store = await openBlockFolder(values.dir, { maxBytes: whole(values, "max-bytes"), onCorrupt: log });
  const helia = values.helia ? await helias(values, store, log) : undefined;
  const { url, close } = await startGateway({
    store,
    fetchMissing: helia?.fetch,
    status: helia && (() => ({ helia: helia.status() })),
    host: values.host,
    port: whole(values, "port"),
    token: env.ASSAY_STORAGE_TOKEN || undefined,
    maxUploadBytes: whole(values, "max-upload-bytes"),
    onError: log,
  }).catch(async (cause: Error) => {
    await helia?.close();
    throw misuse(cause.message, "a free port on an address of this machine", cause);
  });
  const stop = () => void Promise.all([close(), helia?.close()]).catch(log);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  process.stdout.write(`${JSON.stringify({ url })}\n`);
  return undefined;
}

/** Others' blocks go into a folder of their own: uploads are kept, these can be had again. */
async function helias(
  values: ReturnType<typeof parse>,
  store: BlockFolder,
  log: (error: unknown) => void,
): Promise<HeliaSource> {
  const { peer: peers, upstream: upstreams, router: routers, listen } = values;
  if (!peers && !upstreams && !routers && !listen)
    throw misuse("--helia and nobody to talk to", "--peer, --upstream, …");
  const maxBytes = whole(values, "cache-bytes") ?? CACHE_BYTES;
  const cache = await openBlockFolder(`${store.dir}.cache`, { onCorrupt: log });
  return await openHelia({
    stores: [store, boundedCache(cache, maxBytes)],
    records: `${store.dir}.helia`,
    peers,
    upstreams,
    routers,
    listen,
    onError: log,
  });
}

const CACHE_BYTES = 10 * 2 ** 30;

const OPTIONS = {
  dir: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  "max-bytes": { type: "string" },
  "max-upload-bytes": { type: "string" },
  helia: { type: "boolean" },
  peer: { type: "string", multiple: true },
  upstream: { type: "string", multiple: true },
  router: { type: "string", multiple: true },
  listen: { type: "string", multiple: true },
  "cache-bytes": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (cause) {
    throw misuse(cause instanceof Error ? cause.message : String(cause), "the options of --help", cause);
  }
}

type NumberOption = "port" | "max-bytes" | "max-upload-bytes" | "cache-bytes";

function whole(values: Partial<Record<NumberOption, string>>, name: NumberOption): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const limit = name === "port" ? 65_535 : Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,16}$/.test(text) || Number(text) > limit)
    throw misuse(`--${name} ${text}`, `a whole number up to ${limit}`);
  return Number(text);
}

function misuse(found: string, wanted: string, cause?: unknown): StorageError {
  return new StorageError("ST-014", "wrong command line", { found, wanted, hint: "see assay-storage --help", cause });
}
