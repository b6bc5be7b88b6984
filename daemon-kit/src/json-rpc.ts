import type { IncomingMessage } from "node:http";
import {
  type EIP1193RequestFn,
  HttpRequestError,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
} from "viem";

// Not by `import`: that asks node:http for each of its names, and one of them loads all of `fetch`.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");
/** Connections are kept for the next question. */
const AGENTS = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
/** Longest answer. */
const MOST_BYTES = 10 * 2 ** 20;

type Call = { method: string; params?: unknown };
type Reply = { result?: unknown; error?: { code: number; message: string; data?: unknown } };
type Heard = { status: number; headers: IncomingMessage["headers"]; text: string };

/**
 * Asks one JSON-RPC endpoint, over a connection that is kept: for a third of the processor time of viem's own transport, which
 * makes a stream of each answer. A daemon asks a few times a second for as long as it runs. Redirects are not followed.
 * @returns asks once; the errors are viem's own: RpcRequestError for what the endpoint says, HttpRequestError and TimeoutError
 * where it does not answer, ResponseBodyTooLargeError where it says more than 10 MiB
 */
export function askJsonRpc(url: string, { timeoutMs }: { timeoutMs: number }): EIP1193RequestFn {
  let id = 0;
  const ask = async ({ method, params }: Call): Promise<unknown> => {
    const body = { method, params };
    id += 1;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const asked = () => post(url, text, timeoutMs);
    // What a read brought is not known, so it is asked again; of a transaction it is for the sender to find out.
    const again = (error: unknown) => (error instanceof Stale && method !== SEND ? asked() : Promise.reject(error));
    const heard = await asked()
      .catch(again)
      .catch((error: unknown) => {
        if (error instanceof Late) throw new TimeoutError({ body, url });
        // not a fault of the network: who asked for much asks for less
        if (error instanceof ResponseBodyTooLargeError) throw error;
        throw new HttpRequestError({ body, url, cause: error as Error });
      });
    const reply = read(heard, (details, cause) => {
      const headers = new Headers();
      const { "retry-after": retryAfter } = heard.headers;
      if (retryAfter) headers.set("Retry-After", retryAfter);
      return new HttpRequestError({ body, url, status: heard.status, headers, details, ...(cause ? { cause } : {}) });
    });
    if (reply.error) throw new RpcRequestError({ body, error: reply.error, url });
    return reply.result;
  };
  return ask as EIP1193RequestFn;
}

const SEND = "eth_sendRawTransaction";

class Late extends Error {}
/** The server closed a kept connection at the moment it was used again. */
class Stale extends Error {}

/** The answer in what was heard; one with an error of its own counts, whatever its HTTP status. */
function read({ status, text }: Heard, refusal: (details: string, cause?: Error) => Error): Reply {
  const isGood = status >= 200 && status < 300;
  let reply: Reply | null;
  try {
    reply = JSON.parse(text) as Reply | null;
  } catch (error) {
    throw refusal(isGood ? "the answer is no JSON" : text.slice(0, 200), error as Error);
  }
  const told = typeof reply === "object" && reply !== null ? reply : undefined;
  if (typeof told?.error?.code === "number" && typeof told.error.message === "string") return told;
  if (!isGood || told === undefined || !("result" in told)) throw refusal(text.slice(0, 200));
  return told;
}

/** @throws Late, Stale, ResponseBodyTooLargeError, what the network says */
function post(url: string, body: string, timeoutMs: number): Promise<Heard> {
  const [request, agent] = url.startsWith("https:") ? [https.request, AGENTS.https] : [http.request, AGENTS.http];
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    let isAnswered = false;
    const question = request(url, { agent, method: "POST", headers }, (answer) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      let length = 0;
      answer.on("data", (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length > MOST_BYTES) question.destroy(new ResponseBodyTooLargeError({ maxSize: MOST_BYTES, size: length }));
      });
      answer.on("error", fail);
      answer.on("end", () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers } = answer;
        resolve({ status, headers, text: Buffer.concat(parts).toString("utf8") });
      });
    });
    const fail = (error: Error) => {
      clearTimeout(timer);
      const isStale = question.reusedSocket && !isAnswered && (error as NodeJS.ErrnoException).code === "ECONNRESET";
      reject(isStale ? new Stale(error.message) : error);
    };
    const timer = setTimeout(() => question.destroy(new Late("no answer in time")), timeoutMs);
    question.on("error", fail);
    question.end(body);
  });
}
