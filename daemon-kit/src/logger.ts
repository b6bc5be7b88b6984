import { createRequire } from "node:module";
import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from "pino";
import type PinoPretty from "pino-pretty";
import { isCodedError } from "./errors.ts";
import { logSink } from "./log-sink.ts";
import { MASK, maskUrlsIn } from "./mask.ts";

export type Logger = PinoLogger;

export type CreateLoggerArgs = {
  name: string;
  level?: string;
  /** Pretty lines for people; by default when standard error is a terminal. */
  pretty?: boolean;
  destination?: DestinationStream;
};

const SECRETS = [
  "privateKey",
  "password",
  "passphrase",
  "mnemonic",
  "uploadToken",
  "storageToken",
  "secret",
  "apiKey",
  "authorization",
];

/**
 * A pino logger on standard error: object first, then a constant message. Secrets are masked by name, URLs in strings
 * and errors lose their credentials and keys, amounts (bigint) are written as decimal strings.
 */
export function createLogger({ name, level = "info", pretty: asked, destination }: CreateLoggerArgs): Logger {
  const human = asked ?? (destination === undefined && process.stderr.isTTY === true);
  const stream = human ? prettyStream(destination ?? logSink()) : (destination ?? logSink());
  return pino(
    {
      name,
      level,
      redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: MASK },
      serializers: { err: describe, error: describe },
      formatters: { log: (fields) => clean(fields, 0) as Record<string, unknown> },
    },
    stream,
  );
}

// Loaded for people only: a daemon under a supervisor never needs it.
function prettyStream(destination: DestinationStream): DestinationStream {
  const pretty = createRequire(import.meta.url)("pino-pretty") as typeof PinoPretty;
  return pretty({ destination, translateTime: "HH:MM:ss", ignore: "pid,hostname,name" });
}

function describe(value: unknown): unknown {
  if (!(value instanceof Error)) return clean(value, 0);
  const { type, message, stack } = stdSerializers.err(value);
  const coded = isCodedError(value)
    ? { code: value.code, found: value.found, wanted: value.wanted, hint: value.hint }
    : {};
  return clean({ type, message, stack, ...coded }, 0);
}

// Four levels are enough for a log line and keep a cyclic object from hanging it.
function clean(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return maskUrlsIn(value);
  if (value === null || typeof value !== "object" || value instanceof Error || depth > 4) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item, depth + 1)]));
}
