import {
  type Address,
  decodeErrorResult,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  numberToHex,
} from "viem";
import { readBuild } from "../support/world.ts";
import { encodeAnswers } from "./encode.ts";
import type { CaseArgs } from "./questions.ts";

type Provider = { request(call: { method: string; params?: unknown[] }): Promise<unknown> };

const GAS = 2 ** 33;

/** How a question to the judge ended: a value or the name of the error it reverted with. */
export type Answer = { value: bigint } | { error: string; args: readonly unknown[] };

/** An in-process chain with nothing on it but a judge and the harness that asks it in bulk. */
export class Court {
  private readonly provider: Provider;
  private readonly from: Address;
  private readonly judge: Address;
  private readonly harness: Address;
  private readonly judgeBuild = readBuild("verification/judge/OneStepJudge.sol");
  private readonly harnessBuild = readBuild("mocks/JudgeHarness.sol");
  readonly close: () => Promise<void>;

  private constructor(
    provider: Provider,
    from: Address,
    at: { judge: Address; harness: Address },
    close: () => Promise<void>,
  ) {
    this.provider = provider;
    this.from = from;
    this.judge = at.judge;
    this.harness = at.harness;
    this.close = close;
  }

  static async open(): Promise<Court> {
    const { default: hre } = await import("hardhat");
    const connection = await hre.network.create({
      network: "default",
      override: { blockGasLimit: GAS, transactionGasCap: false },
    });
    const provider = connection.provider as unknown as Provider;
    const [from] = (await provider.request({ method: "eth_accounts" })) as [Address];
    const create = async (source: string, args: readonly unknown[]): Promise<Address> => {
      const { abi, bytecode } = readBuild(source);
      const data = encodeDeployData({ abi, bytecode, args: args as unknown[] });
      const hash = await provider.request({ method: "eth_sendTransaction", params: [{ from, data }] });
      const receipt = await provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
      return (receipt as { contractAddress: Address }).contractAddress;
    };
    const judge = await create("verification/judge/OneStepJudge.sol", []);
    const harness = await create("mocks/JudgeHarness.sol", []);
    return new Court(provider, from, { judge, harness }, () => connection.close());
  }

  /** The judge's values for every question of every case, in order. Rejects if one of them reverts. */
  async answers(cases: readonly CaseArgs[]): Promise<readonly bigint[]> {
    const { abi } = this.harnessBuild;
    try {
      const data = await this.call(this.harness, encodeAnswers(abi, cases));
      return decodeFunctionResult({ abi, functionName: "answers", data }) as readonly bigint[];
    } catch (error) {
      const reason = (error as { data?: unknown }).data;
      if (typeof reason !== "string" || reason === "0x") throw error;
      const { errorName, args } = decodeErrorResult({ abi, data: reason as Hex });
      throw new Error(`the judge reverted: ${errorName}(${(args ?? []).map(String).join(", ")})`);
    }
  }

  /** Asks the judge itself. */
  async ask(functionName: string, args: readonly unknown[]): Promise<Answer> {
    return this.askRaw(functionName, this.encode(functionName, args));
  }

  encode(functionName: string, args: readonly unknown[]): Hex {
    return encodeFunctionData({ abi: this.judgeBuild.abi, functionName, args: args as unknown[] });
  }

  async askRaw(functionName: string, data: Hex): Promise<Answer> {
    const { abi } = this.judgeBuild;
    try {
      const result = await this.call(this.judge, data);
      const value = decodeFunctionResult({ abi, functionName, data: result }) as bigint | Hex;
      return { value: BigInt(value) };
    } catch (error) {
      const reason = (error as { data?: unknown }).data;
      if (typeof reason !== "string") throw error;
      if (reason === "0x") return { error: "nothing", args: [] };
      const { errorName, args } = decodeErrorResult({ abi, data: reason as Hex });
      return { error: errorName, args: (args ?? []) as readonly unknown[] };
    }
  }

  /** Gas of a whole transaction to the judge, calldata included. */
  async transactionGas(functionName: string, args: readonly unknown[]): Promise<bigint> {
    const data = this.encode(functionName, args);
    const params = [{ from: this.from, to: this.judge, data }];
    const hash = await this.provider.request({ method: "eth_sendTransaction", params });
    const receipt = await this.provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    return hexToBigInt((receipt as { gasUsed: Hex }).gasUsed);
  }

  /** Gas of the execution alone. */
  async executionGas(functionName: string, args: readonly unknown[]): Promise<bigint> {
    const { abi } = this.harnessBuild;
    const data = encodeFunctionData({ abi, functionName: "gasOf", args: [this.encode(functionName, args)] });
    return decodeFunctionResult({ abi, functionName: "gasOf", data: await this.call(this.harness, data) }) as bigint;
  }

  private async call(to: Address, data: Hex): Promise<Hex> {
    const params = [{ from: this.from, to, data, gas: numberToHex(GAS) }, "latest"];
    return (await this.provider.request({ method: "eth_call", params })) as Hex;
  }
}
