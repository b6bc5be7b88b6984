import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { answerControl, type Control } from "./control.ts";
import { DaemonError } from "./errors.ts";
import { maskUrlsIn } from "./mask.ts";

/** Resolves when ready; rejects, or resolves to a sentence that says why not. */
export type ReadyCheck = () => Promise<string | undefined> | string | undefined;

export type StartHttpArgs = {
  host?: string;
  /** 0 takes any free port. */
  port?: number;
  registry?: Registry;
  /** What /status answers; bigint values become decimal strings. */
  status?: () => unknown;
  /** Answers the operator's commands, POST /control; without it there are none. */
  control?: Control;
  /** Milliseconds a ready check may take. */
  checkTimeoutMs?: number;
};

export type HttpServer = {
  url: string;
  port: number;
  registry: Registry;
  /** Registers a ready check; the same name replaces it. */
  addReadyCheck(name: string, check: ReadyCheck): void;
  close(): Promise<void>;
};

/**
 * The daemon's own server: `/metrics`, `/healthz` (it runs), `/readyz` (it can work: 503 names what fails), `/status`.
 * @throws DK-020 when the port is taken
 */
export async function startHttp(args: StartHttpArgs = {}): Promise<HttpServer> {
  const { host = "127.0.0.1", port = 0, registry = new Registry(), status = () => ({}), checkTimeoutMs = 5_000 } = args;
  const { control } = args;
  const checks = new Map<string, ReadyCheck>();
  const routes: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    "/healthz": (response) => send(response, 200, { ok: true }),
    "/readyz": async (response) => {
      const results = await runChecks(checks, checkTimeoutMs);
      const ready = Object.values(results).every((result) => result === "ok");
      send(response, ready ? 200 : 503, { ready, checks: results });
    },
    "/status": (response) => send(response, 200, status()),
    "/metrics": async (response) => {
      const text = await registry.metrics();
      response.writeHead(200, { "content-type": registry.contentType }).end(text);
    },
  };
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url ?? "/", "http://daemon");
      if (control && pathname === "/control" && request.method === "POST") {
        return await answerControl(request, response, control);
      }
      const route = routes[pathname];
      if (!route) return send(response, 404, { paths: Object.keys(routes) });
      if (request.method !== "GET" && request.method !== "HEAD") return send(response, 405, { allowed: "GET" });
      await route(response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(response, 500, { error: reason(error) });
    }
  });
  const bound = await listen(() => server.listen(port, host), server, host, port);
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    registry,
    addReadyCheck: (name, check) => void checks.set(name, check),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Listening = ReturnType<typeof createServer>;

function listen(start: () => void, server: Listening, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new DaemonError("DK-020", "the http port cannot be opened", {
          kind: "UserFault",
          found: cause.message,
          wanted: `a free port at ${host}:${port}`,
          hint: "stop what holds the port, or choose another (0 takes any)",
          cause,
        }),
      );
    });
    server.once("listening", () => {
      // From here on it tells of single connections that could not be taken; the others go on.
      server.on("error", () => {});
      resolve((server.address() as AddressInfo).port);
    });
    start();
  });
}

async function runChecks(checks: Map<string, ReadyCheck>, timeoutMs: number): Promise<Record<string, string>> {
  const entries = [...checks].map(async ([name, check]) => [name, await runCheck(check, timeoutMs)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function runCheck(check: ReadyCheck, timeoutMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer in ${timeoutMs} ms`), timeoutMs);
  });
  try {
    return (await Promise.race([Promise.resolve().then(check), late])) ?? "ok";
  } catch (error) {
    return reason(error);
  } finally {
    clearTimeout(timer);
  }
}

function reason(error: unknown): string {
  return maskUrlsIn(error instanceof Error ? error.message : String(error));
}

function send(response: ServerResponse, code: number, body: unknown): void {
  const text = JSON.stringify(body, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  response.writeHead(code, { "content-type": "application/json" }).end(text);
}
