import {
  AbiDecodingZeroDataError,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  ExecutionRevertedError,
  FeeCapTooLowError,
  type Hex,
  HttpRequestError,
  InsufficientFundsError,
  isHex,
  NonceTooHighError,
  NonceTooLowError,
  RpcError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  UserRejectedRequestError,
  WaitForTransactionReceiptTimeoutError,
  WebSocketRequestError,
} from "viem";
import { AssayError, type AssayErrorDetails } from "../errors.ts";
import { revertError } from "./revertError.ts";

/**
 * Turns whatever viem, a node or a contract threw into one `AssayError`: custom errors of the protocol and of
 * OpenZeppelin, panics, revert texts, and the endpoint's own troubles. Looks at error classes and revert data, never at
 * messages. An `AssayError` comes back as it is.
 */
export function decodeError(error: unknown): AssayError {
  const own = find(error, (cause) => cause instanceof AssayError);
  if (own) return own as AssayError;
  const data = revertData(error);
  if (data !== undefined) return revertError(data, error);
  return walletError(error) ?? endpointError(error) ?? unexpected(error);
}

/** The bytes a call reverted with, `0x` when it reverted without, undefined when it is no revert. */
function revertData(error: unknown): Hex | undefined {
  let reverted = false;
  for (const cause of causes(error)) {
    if (cause instanceof ContractFunctionRevertedError) {
      reverted = true;
      if (cause.raw !== undefined && cause.raw !== "0x") return cause.raw;
    } else if (cause instanceof ExecutionRevertedError) reverted = true;
    const data = dataOf(cause);
    if (data !== undefined && data !== "0x") return data;
  }
  return reverted ? "0x" : undefined;
}

/** JSON-RPC errors carry revert data as `data` or, from some nodes, as `data.data`. */
function dataOf(error: unknown): Hex | undefined {
  if (typeof error !== "object" || error === null || !("data" in error)) return undefined;
  if (isHex(error.data)) return error.data;
  const inner = error.data;
  if (typeof inner === "object" && inner !== null && "data" in inner && isHex(inner.data)) return inner.data;
  return undefined;
}

function walletError(error: unknown): AssayError | undefined {
  const is = (...classes: (abstract new (...args: never[]) => Error)[]) =>
    find(error, (cause) => classes.some((type) => cause instanceof type));
  const make = (code: "SDK-043" | "SDK-044" | "SDK-045" | "SDK-046", details: AssayErrorDetails) =>
    new AssayError(code, { ...details, cause: error });
  if (is(InsufficientFundsError)) {
    return make("SDK-043", {
      message: "the account's native balance does not cover gas and value",
      hint: "Send it some of the chain's native coin",
    });
  }
  if (is(UserRejectedRequestError)) {
    return make("SDK-044", { message: "the wallet's owner declined", hint: "Ask again when the owner agrees" });
  }
  if (is(WaitForTransactionReceiptTimeoutError)) {
    return make("SDK-045", {
      message: "the transaction was sent but not mined in time",
      found: (find(error, (cause) => cause instanceof WaitForTransactionReceiptTimeoutError) as BaseError).shortMessage,
      hint: "It may still be mined: look it up by its hash before sending another",
    });
  }
  if (is(NonceTooLowError, NonceTooHighError, FeeCapTooLowError)) {
    return make("SDK-046", {
      message: "the nonce or the fee does not fit the account's pending transactions",
      hint: "Let one sender use the account at a time, then try again",
    });
  }
  return undefined;
}

function endpointError(error: unknown): AssayError | undefined {
  const http = find(error, (cause) => cause instanceof HttpRequestError) as HttpRequestError | undefined;
  const silent = find(
    error,
    (cause) =>
      cause instanceof TimeoutError || cause instanceof WebSocketRequestError || cause instanceof SocketClosedError,
  );
  if (silent || (http && http.status === undefined)) {
    return new AssayError("SDK-040", {
      message: "the RPC endpoint cannot be reached",
      hint: "Check the RPC URL and the network, then try again",
      cause: error,
    });
  }
  const answer = find(error, (cause) => cause instanceof RpcRequestError || cause instanceof RpcError);
  if (http || answer) {
    return new AssayError("SDK-041", {
      message: "the RPC endpoint refused the request",
      found: http ? `HTTP status ${http.status}` : describe(answer as BaseError),
      hint: "Try again, or use another endpoint",
      cause: error,
    });
  }
  const empty = find(
    error,
    (cause) => cause instanceof AbiDecodingZeroDataError || cause instanceof ContractFunctionZeroDataError,
  );
  if (!empty) return undefined;
  return new AssayError("SDK-031", {
    message: "the address answered nothing: it holds no contract of this protocol",
    hint: "Check that the deployment file belongs to this chain",
    cause: error,
  });
}

function unexpected(error: unknown): AssayError {
  const what = error instanceof BaseError ? error.shortMessage : error instanceof Error ? error.message : String(error);
  return new AssayError("SDK-049", {
    message: `unexpected: ${what}`,
    hint: "The cause is attached: report it if it is not your own code's",
    cause: error,
  });
}

function describe(error: BaseError): string {
  const code = "code" in error ? `code ${String(error.code)}, ` : "";
  return `${code}"${(error.details || error.shortMessage).slice(0, 200)}"`;
}

/** An error and its causes, outermost first; stops at a loop. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let current = error;
  while (current !== undefined && current !== null && !chain.includes(current)) {
    chain.push(current);
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain;
}

function find(error: unknown, test: (cause: unknown) => boolean): unknown {
  return causes(error).find(test);
}
