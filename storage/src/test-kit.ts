// Shared by the tests of this package.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { isStorageError, type StorageErrorCode } from "./errors.ts";
import { type GatewayArgs, startGateway } from "./node/gateway.ts";

/** A folder that goes away with the test. */
export async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "assay-storage-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A gateway that goes away with the test. */
export async function gatewayOf(t: TestContext, args: GatewayArgs) {
  const gateway = await startGateway(args);
  t.after(() => gateway.close());
  return gateway;
}

/** Any HTTP server, to play a gateway that lies or breaks. */
export async function serverOf(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Bytes that look random and are the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  const out = new Uint8Array(length);
  let x = seed;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = x >>> 24;
  }
  return out;
}

/** For assert.rejects. */
export function withCode(code: StorageErrorCode, about: RegExp = /./) {
  return (error: unknown) =>
    isStorageError(error, code) && about.test(`${error.message} ${error.found} ${error.wanted}`);
}
