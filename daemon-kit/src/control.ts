import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { facts } from "./errors.ts";

/** What an operator's command asks of the running daemon. */
export type ControlRequest = { command: string; args: Record<string, unknown> };

/** Does what is asked; a thrown coded error travels to the caller. */
export type ControlHandler = (request: ControlRequest) => Promise<unknown> | unknown;

export type Control = { token: string; handle: ControlHandler };

/** Commands are short: what is longer is not one. */
const MAX_BODY = 64 * 1024;

/**
 * A secret that commands on the same data folder show the daemon. Without it any page in the operator's browser, and any
 * other user of the machine, could give orders to a port on 127.0.0.1.
 */
export function newControlToken(): string {
  return randomBytes(32).toString("hex");
}

/** Answers POST /control. Refuses without the token, before the body is read. */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  { token, handle }: Control,
): Promise<void> {
  if (!isAuthorised(request.headers.authorization, token)) {
    reply(response, 401, { error: { code: "DK-021", message: "the control token is missing or wrong" } });
    return;
  }
  try {
    reply(response, 200, { result: (await handle(JSON.parse(await bodyOf(request)) as ControlRequest)) ?? null });
  } catch (error) {
    const kind = error instanceof Error && "kind" in error ? error.kind : "Fatal";
    reply(response, 422, { error: { ...facts(error), kind } });
  }
}

function isAuthorised(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MAX_BODY) throw new RangeError(`a command of more than ${MAX_BODY} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

function reply(response: ServerResponse, code: number, body: unknown): void {
  const text = JSON.stringify(body, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  response.writeHead(code, { "content-type": "application/json" }).end(text);
}
