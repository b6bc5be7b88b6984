import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeFunctionData, type Hex, numberToHex, parseTransaction } from "viem";
import { axelarExecutableAbi, axelarGatewayAbi, jobMarketplaceAbi } from "../../sdk/src/index.ts";

/** Whose functions are told by name. */
const KNOWN = [...jobMarketplaceAbi, ...axelarGatewayAbi, ...axelarExecutableAbi];

/** What the proxy does with a transaction: pass it on, or cut the sender off before or after the chain has it. */
export type Verdict = "forward" | "dropBefore" | "dropAfter";

/**
 * What goes wrong with a call: refused as too many, answered late, cut off before or after the chain has it, or answered
 * with something else.
 */
export type Fault =
  | { kind: "status"; status: number }
  | { kind: "late"; ms: number }
  | { kind: "dropBefore" | "dropAfter" }
  | { kind: "answer"; change: (result: unknown) => unknown };

/**
 * Of all calls this share goes wrong, each in one of the ways an endpoint has: too many, out of service, late, cut off before or
 * after, a head that is behind or ahead, a receipt that is not seen yet.
 */
export function randomFaults(random: () => number, share: number) {
  const seen = new Map<string, number>();
  const headMoved = (blocksOf: (chance: number) => number) => (method: string) => {
    if (method !== "eth_blockNumber") return undefined;
    const blocks = blocksOf(random());
    return { kind: "answer", change: (head: unknown) => numberToHex(Math.max(0, Number(head) + blocks)) } as const;
  };
  const kinds: ((method: string) => Fault | undefined)[] = [
    () => ({ kind: "status", status: 429 }),
    () => ({ kind: "status", status: 503 }),
    () => ({ kind: "late", ms: 50 + random() * 400 }),
    () => ({ kind: "dropBefore" }),
    () => ({ kind: "dropAfter" }),
    // A head that is behind, as of a replica that lags.
    headMoved((blocks) => -1 - Math.floor(blocks * 3)),
    // A head that nobody else has yet, or ever will.
    headMoved((blocks) => 1 + Math.floor(blocks * 3)),
    // A receipt that this replica has not seen yet.
    (method) => (method === "eth_getTransactionReceipt" ? { kind: "answer", change: () => null } : undefined),
  ];
  return {
    seen,
    of: ({ method }: { method: string }): Fault | undefined => {
      if (random() >= share) return undefined;
      const fault = kinds[Math.floor(random() * kinds.length)]?.(method);
      if (fault) seen.set(fault.kind, (seen.get(fault.kind) ?? 0) + 1);
      return fault;
    },
  };
}

export interface RpcProxy {
  url: string;
  /** Names of the functions in the transactions that reached the chain, in order. */
  readonly forwarded: readonly string[];
  close(): Promise<void>;
}

export interface Call {
  method: string;
  params: unknown[];
}

/**
 * A JSON-RPC endpoint between a node and its chain. It sees every transaction the node sends, and lets a test decide what
 * becomes of it: this is how a test kills a node at an exact moment without a hook inside the node.
 * @param onTransaction told the function of market or gateway that is called ("transfer" where it is none, the selector where it is
 * another contract's) and the signed transaction; when it does not say "forward", nothing is answered
 * @param rewrite changes what the chain is asked
 * @param faultOf what goes wrong with a call; asked for every one, batches by their first
 */
export async function startRpcProxy(
  target: string,
  onTransaction: (functionName: string, raw: Hex) => Verdict | Promise<Verdict>,
  rewrite: (call: Call) => Call = (call) => call,
  faultOf: (call: Call) => Fault | undefined | Promise<Fault | undefined> = () => undefined,
): Promise<RpcProxy> {
  const forwarded: string[] = [];
  const pass = async (body: string) => {
    const response = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
    return response.text();
  };
  const server = createServer(async (request, response) => {
    try {
      const body = rewritten(await readAll(request), rewrite);
      const raw = transactionIn(body);
      const functionName = raw && functionOf(raw);
      const verdict = functionName === undefined ? "forward" : await onTransaction(functionName, raw as Hex);
      if (verdict === "dropBefore") return void request.destroy();
      const fault = await faultOf(firstOf(body));
      if (fault?.kind === "dropBefore") return void request.destroy();
      if (fault?.kind === "status") return void response.writeHead(fault.status).end("refused");
      const answer = changed(await pass(body), fault);
      if (fault?.kind === "late") await new Promise((resolve) => setTimeout(resolve, fault.ms));
      if (functionName !== undefined) forwarded.push(functionName);
      if (verdict === "dropAfter" || fault?.kind === "dropAfter") return void request.destroy();
      response.writeHead(200, { "content-type": "application/json" }).end(answer);
    } catch {
      request.destroy(); // the chain is gone, or the node is
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwarded,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function firstOf(body: string): Call {
  const json = JSON.parse(body) as Call | Call[];
  return (Array.isArray(json) ? json[0] : json) as Call;
}

function changed(answer: string, fault: Fault | undefined): string {
  if (fault?.kind !== "answer") return answer;
  const json = JSON.parse(answer) as { result?: unknown };
  return JSON.stringify("result" in json ? { ...json, result: fault.change(json.result) } : json);
}

function rewritten(body: string, rewrite: (call: Call) => Call): string {
  const json = JSON.parse(body) as Call | Call[];
  return JSON.stringify(Array.isArray(json) ? json.map(rewrite) : rewrite(json));
}

function transactionIn(body: string): Hex | undefined {
  const json = JSON.parse(body) as Call | Call[];
  const call = (Array.isArray(json) ? json : [json]).find(({ method }) => method === "eth_sendRawTransaction");
  return call?.params[0] as Hex | undefined;
}

function functionOf(raw: Hex): string {
  const { data = "0x" } = parseTransaction(raw);
  if (data === "0x") return "transfer";
  try {
    return decodeFunctionData({ abi: KNOWN, data }).functionName;
  } catch {
    return data.slice(0, 10); // of another contract
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
