import assert from "node:assert/strict";
import { test } from "node:test";
import { OTHER } from "../test-kit.ts";
import { askSettings, type Given } from "./wizard.ts";

const NOTHING: Given = { rpcUrl: undefined, chainId: undefined, owner: undefined, gateway: undefined };

/** A person who types these lines, one after the other. */
function person(...answers: string[]) {
  const asked: string[] = [];
  const said: string[] = [];
  const terminal = {
    ask: async (question: string) => {
      asked.push(question);
      const [answer] = answers.splice(0, 1);
      assert.notEqual(answer, undefined, `asked once too often: ${question}`);
      return answer as string;
    },
    say: (line: string) => void said.push(line),
  };
  return { terminal, asked, said };
}

test("whoever types nothing gets the defaults, and the chain that the endpoint serves", async () => {
  const { terminal, asked } = person("", "", "", "");
  assert.deepEqual(await askSettings(NOTHING, terminal, async () => 8453), {
    rpcUrl: "http://127.0.0.1:8545",
    chainId: 8453,
    owner: undefined,
    gateway: "http://127.0.0.1:8080",
  });
  assert.match(asked[1] ?? "", /\[8453\]/);
  const silent = person("", "", "", "");
  assert.equal((await askSettings(NOTHING, silent.terminal, async () => undefined)).chainId, 31337);
});

test("what no setting takes is told and asked again", async () => {
  const { terminal, said } = person("ftp://x", "https://rpc.example", "0", "one", "10", "0xnobody", OTHER, "kubo", "");
  const found = await askSettings(NOTHING, terminal, async () => undefined);
  assert.deepEqual(found, { ...found, rpcUrl: "https://rpc.example", chainId: 10, owner: OTHER });
  assert.equal(said.length, 5);
  assert.match(said[0] ?? "", /ftp:\/\/x: must be an http or https URL/);
});

test("what a flag has said is not asked", async () => {
  const { terminal, asked } = person("");
  const given = { rpcUrl: "http://127.0.0.1:1", chainId: 5, owner: OTHER, gateway: undefined };
  const found = await askSettings(given, terminal, () => assert.fail("the endpoint was asked"));
  assert.deepEqual(found, { ...given, gateway: "http://127.0.0.1:8080" });
  assert.equal(asked.length, 1);
});
