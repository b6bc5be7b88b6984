import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Abi,
  BaseError,
  CallExecutionError,
  ContractFunctionRevertedError,
  ExecutionRevertedError,
  encodeErrorResult,
  HttpRequestError,
  InsufficientFundsError,
  NonceTooLowError,
  TimeoutError,
  toHex,
  UserRejectedRequestError,
  WaitForTransactionReceiptTimeoutError,
} from "viem";
import { AssayError } from "../errors.ts";
import { errorsAbi } from "../generated/errorsAbi.ts";
import { rpcError } from "../testing/chain.ts";
import { decodeError } from "./decodeError.ts";
import { revertError } from "./revertError.ts";
import { sentences } from "./sentences.ts";

/** Some value of a Solidity type. */
function sampleOf(type: string): unknown {
  if (type === "address") return `0x${"12".repeat(20)}`;
  if (type === "bool") return true;
  if (type === "string") return "text";
  if (type === "bytes") return "0x0102";
  const bytes = type.match(/^bytes(\d+)$/);
  if (bytes)
    return toHex("runTime")
      .padEnd(2 + 2 * Number(bytes[1]), "0")
      .slice(0, 2 + 2 * Number(bytes[1]));
  const bits = type.match(/^u?int(\d+)$/);
  if (bits) return Number(bits[1]) <= 48 ? 3 : 3n;
  throw new Error(`no sample of ${type}`);
}

for (const item of errorsAbi) {
  test(`${item.name} has a sentence that its arguments fill, and advice`, () => {
    const sentence = sentences[item.name];
    assert.ok(sentence, `write a sentence for ${item.name} in sdk/src/revert`);
    const data = encodeErrorResult({
      abi: errorsAbi as Abi,
      errorName: item.name,
      args: item.inputs.map(({ type }) => sampleOf(type)),
    });
    const error = revertError(data);
    assert.equal(error.code, "SDK-030");
    assert.equal(error.revert?.name, item.name);
    assert.doesNotMatch(error.message, /undefined|\{|\}|\[object/);
    assert.ok(error.hint.length >= 8 && !error.hint.endsWith("."));
    const names: string[] = item.inputs.map(({ name }) => name);
    for (const [, name = ""] of sentence.says.matchAll(/\{(\w+)/g))
      assert.ok(names.includes(name), `no argument ${name}`);
  });
}

test("no sentence is left of an error that no contract has", () => {
  const names: string[] = errorsAbi.map(({ name }) => name);
  assert.deepEqual(
    Object.keys(sentences).filter((name) => !names.includes(name)),
    [],
  );
});

test("arguments are shown in words: times, texts, statuses", () => {
  const encode = (errorName: string, args: unknown[]) => encodeErrorResult({ abi: errorsAbi as Abi, errorName, args });
  const out = encode("Market_TimeOutOfRange", [toHex("runTime", { size: 32 }), 5n, 60n, 7776000n]);
  assert.match(revertError(out).message, /runTime is out of range: allowed are 60 to 7776000 \(seconds\): found 5/);
  const late = encode("Market_TooLate", [1_700_000_000n, 1_700_000_060n]);
  assert.match(revertError(late).message, /2023-11-14T22:13:20\.000Z has passed \(chain time 2023-11-14T22:14:20/);
  assert.equal(revertError(late).kind, "stale");
  assert.match(revertError(encode("Staking_NothingThawed", [0n])).message, /ready at 0/);
});

test("revert data is found wherever viem or a node has put it", () => {
  const data = encodeErrorResult({ abi: errorsAbi, errorName: "Market_ZeroAmount" });
  const wrapped = (cause: Error) => new CallExecutionError(cause as BaseError, {});
  const carriers = [
    rpcError(3, "execution reverted", data),
    wrapped(new ExecutionRevertedError({ cause: rpcError(3, "execution reverted", data) })),
    rpcError(-32603, "VM Exception", { data, message: "reverted" }),
    new ContractFunctionRevertedError({ abi: [], data, functionName: "postJob" }),
    new Error("outer", { cause: wrapped(rpcError(3, "", data)) }),
    Object.assign(new Error("a provider's own class"), { code: 3, data }),
  ];
  for (const carrier of carriers) assert.equal(decodeError(carrier).revert?.name, "Market_ZeroAmount");
});

test("panics, texts, silence and unknown data each get their code", () => {
  const panic = "0x4e487b710000000000000000000000000000000000000000000000000000000000000011";
  assert.equal(revertError(panic).code, "SDK-032");
  assert.match(revertError(panic).message, /arithmetic operation left its range \(code 17\)/);
  const text = encodeErrorResult({
    abi: [{ type: "error", name: "Error", inputs: [{ name: "message", type: "string" }] }],
    errorName: "Error",
    args: ["paused for now"],
  });
  assert.match(revertError(text).message, /SDK-033.*"paused for now"/);
  assert.equal(revertError("0x").code, "SDK-031");
  assert.match(revertError("0xdeadbeef").message, /SDK-031.*0xdeadbeef/);
  assert.equal(decodeError(new ExecutionRevertedError({})).code, "SDK-031");
});

test("wallets' and endpoints' troubles are told apart by class", () => {
  const url = "http://127.0.0.1:1";
  const cases: [unknown, string, string][] = [
    [new InsufficientFundsError({}), "SDK-043", "userFault"],
    [new UserRejectedRequestError(new Error("no")), "SDK-044", "userFault"],
    [new WaitForTransactionReceiptTimeoutError({ hash: "0x" }), "SDK-045", "retryable"],
    [new NonceTooLowError({}), "SDK-046", "retryable"],
    [new HttpRequestError({ url, cause: new Error("ECONNREFUSED") }), "SDK-040", "retryable"],
    [new TimeoutError({ body: {}, url }), "SDK-040", "retryable"],
    [new HttpRequestError({ url, status: 503 }), "SDK-041", "retryable"],
    [rpcError(-32005, "limit"), "SDK-041", "retryable"],
    [new TypeError("a bug"), "SDK-049", "fatal"],
    ["a string", "SDK-049", "fatal"],
  ];
  for (const [thrown, code, kind] of cases) {
    const error = decodeError(new BaseError("outer", { cause: thrown as Error }));
    assert.equal(error.code, code);
    assert.equal(error.kind, kind);
  }
  const own = new AssayError("SDK-023", { message: "x", hint: "y" });
  assert.equal(decodeError(own), own);
  assert.equal(decodeError(new Error("outer", { cause: own })), own);
});

test("causes that form a loop end", () => {
  const a = new Error("a");
  const b = new Error("b", { cause: a });
  a.cause = b;
  assert.equal(decodeError(a).code, "SDK-049");
});
