import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hex } from "viem";

export interface Question {
  query: string;
  variables: Record<string, unknown>;
}

/** An index in memory: answers over HTTP what a test tells it to. */
export interface FakeIndex {
  url: string;
  /** What it was asked, oldest first. */
  readonly questions: Question[];
  /** The block that it says it stands at. */
  block: { number: number; hash: Hex };
  /** Makes `data`, without `_meta`. */
  answer: (question: Question) => object;
  /** Set to answer otherwise: with an error, late, or not at all. */
  instead: ((answer: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startFakeIndex(block: { number: number; hash: Hex }): Promise<FakeIndex> {
  const server: Server = createServer((question, answer) => void serve(question, answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const index: FakeIndex = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    questions: [],
    block,
    answer: () => ({}),
    instead: undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return index;

  async function serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const question = JSON.parse(Buffer.concat(parts).toString()) as Question;
    index.questions.push(question);
    if (index.instead) return index.instead(answer);
    const _meta = { block: { ...index.block, timestamp: 1_700_000_000 }, hasIndexingErrors: false };
    answer.end(JSON.stringify({ data: { ...index.answer(question), _meta } }));
  }
}
