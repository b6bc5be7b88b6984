import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { CID } from "multiformats/cid";
import { assertBlockSize, type BlockStore, MAX_BLOCK_BYTES, parseCid } from "../block.ts";
import { isStorageError, StorageError, type StorageErrorCode } from "../errors.ts";
import { createFinder, type FindBlock } from "./find-block.ts";

export type GatewayArgs = {
  /** The blocks served; a folder also tells its usage on /healthz. */
  store: BlockStore & { usage?(): { blocks: number; bytes: number } };
  host?: string;
  /** 0 takes any free port. */
  port?: number;
  /** If given, uploads must carry `authorization: Bearer <token>`. */
  token?: string;
  /** Where a block that is asked for and is not in the store may come from, checked. Uploads never come from there. */
  fetchMissing?: FindBlock;
  /** Milliseconds that may take. */
  fetchMs?: number;
  /** What /healthz tells besides. */
  status?: () => object;
  /** Largest block accepted, in bytes; at most 2 MiB. */
  maxUploadBytes?: number;
  /** Most connections at a time; each may hold a block in memory. */
  maxConnections?: number;
  /** Milliseconds a request may take to arrive, and a connection may be still, whoever's turn it is. */
  patienceMs?: number;
  /** Milliseconds close() waits for answers under way. */
  closeGraceMs?: number;
  /** Told of each failure that is not the client's. */
  onError?: (error: unknown) => void;
};

export type Gateway = { url: string; port: number; close(): Promise<void> };

const RAW_TYPE = "application/vnd.ipld.raw";

/**
 * Serves blocks over HTTP, as a trustless gateway does: `GET` and `HEAD /ipfs/<cid>?format=raw`; `PUT /ipfs/<cid>`
 * stores a block if its bytes hash to the identifier; `GET /healthz`. Failures answer `{code, message, found, wanted,
 * hint}`.
 */
export async function startGateway(args: GatewayArgs): Promise<Gateway> {
  const { host = "127.0.0.1", port = 0, closeGraceMs = 2_000, fetchMissing, fetchMs = 20_000 } = args;
  const find = fetchMissing && createFinder(fetchMissing, fetchMs);
  const { maxConnections = 256, patienceMs = 30_000 } = args;
  // A peer that sends a byte now and then, or never reads what it asked for, must not hold its place for long.
  const limits = {
    headersTimeout: patienceMs,
    requestTimeout: patienceMs,
    connectionsCheckingInterval: Math.ceil(patienceMs / 4),
  };
  const inTurn = createTurns();
  const server = createServer(limits, async (request, response) => {
    await inTurn(response);
    await answer({ ...args, find }, request, response).catch((error: unknown) => fail(args, request, response, error));
  });
  server.maxConnections = maxConnections;
  server.setTimeout(patienceMs);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  // From here on it tells of single connections that could not be taken; the others go on.
  server.on("error", (error) => args.onError?.(error));
  const bound = (server.address() as AddressInfo).port;
  const name = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${name}:${bound}`, port: bound, close: () => close(server, closeGraceMs) };
}

/**
 * One answer at a time for each connection: a peer may send a thousand requests at once and read none of the answers, each of
 * which is a block in memory.
 */
function createTurns(): (response: ServerResponse) => Promise<void> {
  const last = new WeakMap<object, Promise<unknown>>();
  return async (response) => {
    const { socket } = response.req;
    const before = last.get(socket);
    last.set(socket, new Promise((resolve) => response.once("close", resolve)));
    await before;
  };
}

type Serving = GatewayArgs & { find: ((cid: CID) => Promise<Uint8Array>) | undefined };

async function answer(args: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://gateway");
  if (pathname === "/healthz" && request.method === "GET") {
    return sendJson(response, 200, { ok: true, ...args.store.usage?.(), ...args.status?.() });
  }
  const path = /^\/ipfs\/([^/]+)$/.exec(pathname)?.[1];
  if (!path) throw unknownRequest(404, `${request.method} ${pathname.slice(0, 100)}`, "/ipfs/<cid>?format=raw");
  if (request.method === "PUT") return await store(args, path, request, response);
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw unknownRequest(405, `method ${request.method}`, "GET, HEAD or PUT");
  }
  const raw = searchParams.get("format") === "raw" || (request.headers.accept ?? "").includes(RAW_TYPE);
  if (!raw) throw unknownRequest(406, `format ${searchParams.get("format") ?? "not given"}`, "?format=raw");
  await serve(args, path, request, response);
}

async function serve({ store, find }: Serving, path: string, request: IncomingMessage, response: ServerResponse) {
  const cid = parseCid(path);
  // HEAD reads the block too: its yes lets an uploader skip the block, so it must be a yes to sound bytes that are kept here.
  const bytes = await store.get(cid).catch((error: unknown) => {
    if (!find || request.method === "HEAD" || !isStorageError(error, "ST-003", "ST-005")) throw error;
    return find(cid);
  });
  const etag = `"${cid}.raw"`;
  response.setHeader("etag", etag);
  response.setHeader("cache-control", "public, max-age=31536000, immutable");
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("x-content-type-options", "nosniff");
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    "content-type": RAW_TYPE,
    "content-length": bytes.length,
    "content-disposition": `attachment; filename="${cid}.bin"`,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

async function store(args: GatewayArgs, path: string, request: IncomingMessage, response: ServerResponse) {
  assertToken(args.token, request.headers.authorization);
  const cid = parseCid(path);
  const limit = Math.min(args.maxUploadBytes ?? MAX_BLOCK_BYTES, MAX_BLOCK_BYTES);
  assertBlockSize(Number(request.headers["content-length"] ?? 0), limit);
  const parts: Buffer[] = [];
  let length = 0;
  // Kept open when this loop throws, so that the refusal can still be answered.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    assertBlockSize(length, limit);
    parts.push(part);
  }
  await args.store.put(Buffer.concat(parts), cid);
  sendJson(response, 201, { cid: cid.toString(), bytes: length });
}

// Compared by hash, in constant time: neither length nor prefix of the token can be measured.
function assertToken(wanted: string | undefined, header: string | undefined): void {
  if (wanted === undefined) return;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (timingSafeEqual(digest(`Bearer ${wanted}`), digest(header ?? ""))) return;
  throw new StorageError("ST-007", "upload not allowed", {
    found: header ? "another token" : "no token",
    wanted: "authorization: Bearer <the gateway's upload token>",
    hint: "ask the operator of the gateway for its token",
  });
}

const STATUS: Partial<Record<StorageErrorCode, number>> = {
  "ST-001": 400,
  "ST-002": 400,
  "ST-004": 507,
  "ST-005": 404,
  "ST-006": 413,
  "ST-007": 401,
  "ST-017": 503,
};

function fail({ onError }: GatewayArgs, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (request.destroyed && !request.complete) return; // the client went away
  const status = error instanceof RequestError ? error.status : isStorageError(error) ? STATUS[error.code] : undefined;
  if (status === undefined || status >= 500) onError?.(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // An upload refused before its end: answer, then drop the connection rather than read the rest.
  if (!request.complete) response.setHeader("connection", "close");
  response.removeHeader("etag");
  response.removeHeader("cache-control");
  const body = isStorageError(error)
    ? error.toJSON()
    : { code: "ST-013", message: "the gateway failed", found: "an internal error", wanted: "", hint: "see its log" };
  sendJson(response, status ?? 500, request.method === "HEAD" ? undefined : body);
}

class RequestError extends StorageError {
  readonly status: number;
  constructor(status: number, found: string, wanted: string) {
    super("ST-008", "request not known", { found, wanted, hint: "fetch single blocks; the client builds the file" });
    this.status = status;
  }
}

function unknownRequest(status: number, found: string, wanted: string): StorageError {
  return new RequestError(status, found, wanted);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
