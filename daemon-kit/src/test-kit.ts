// Shared by the tests of this package.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { network } from "hardhat";
import {
  createPublicClient,
  createTestClient,
  type Hash,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  parseEther,
  type TestClient,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { DaemonError } from "./errors.ts";
import { createLogger } from "./logger.ts";
import { findBwrap, type SandboxMode } from "./sandbox.ts";

/** A folder that goes away with the test. */
export function scratch(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "assay-daemon-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export type TestChain = { url: string; client: PublicClient; node: TestClient; key: Hex; account: LocalAccount };

/** A real EVM node behind HTTP, with one fresh account that has 100 coins. */
export async function chainOf(t: TestContext): Promise<TestChain> {
  const server = await network.createServer({}, "127.0.0.1", 0);
  const { address, port } = await server.listen();
  t.after(() => server.close());
  const url = `http://${address}:${port}`;
  const transport = http(url, { retryCount: 0 });
  const client = createPublicClient({ chain: hardhat, transport, pollingInterval: 20, cacheTime: 0 });
  const node = createTestClient({ chain: hardhat, mode: "hardhat", transport });
  const key = generatePrivateKey();
  const account = privateKeyToAccount(key);
  await node.setBalance({ address: account.address, value: parseEther("100") });
  return { url, client, node, key, account };
}

/** Whether the chain has heard of a transaction, in a block or not. */
export async function chainKnows({ client }: TestChain, hash: Hash | undefined): Promise<boolean> {
  if (!hash) return false;
  return client.getTransaction({ hash }).then(
    () => true,
    () => false,
  );
}

/** Looks until it has come to that. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await check()); tries++) {
    if (tries > 500) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A logger that keeps its lines. */
export function memoryLog() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    name: "test",
    level: "trace",
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  return { log, lines };
}

/** For assert.rejects and assert.throws. */
export function withCode(code: string, about = /./) {
  return (error: unknown) =>
    error instanceof DaemonError &&
    error.code === code &&
    about.test(`${error.message} ${error.found} ${error.wanted}`);
}

/** What children can be tested with on this machine. */
export const modes: SandboxMode[] = "version" in findBwrap() ? ["required", "off"] : ["off"];

/** Processes alive that were started with `mark` in their environment. */
export function marked(mark: string): string[] {
  const read = (path: string) => {
    try {
      return readFileSync(path, "latin1");
    } catch {
      return "";
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(mark));
}
