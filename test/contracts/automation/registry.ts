import assert from "node:assert/strict";
import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, numberToHex, size, zeroAddress } from "viem";
import type { Receipt, Target, TestChain } from "../../support/world.ts";

/** What a registry of Chainlink Automation allows an upkeep, as on its public networks. */
const RULES = { checkGas: 10_000_000n, performGas: 5_000_000n, checkData: 5_000, performData: 5_000 } as const;

/**
 * Keeps a registry's rules: checkUpkeep is called from the zero address, with the gas limit, and may not change anything;
 * performUpkeep gets what that answered, from an account without any role, with the gas limit.
 */
export class SimulatedRegistry {
  readonly #chain: TestChain;
  readonly #upkeep: Target;

  constructor(chain: TestChain, upkeep: Target) {
    this.#chain = chain;
    this.#upkeep = upkeep;
    // that nothing is kept of an eth_call proves nothing: the compiler does
    const check = upkeep.abi.find((item) => item.type === "function" && item.name === "checkUpkeep");
    assert.equal(check?.type === "function" && check.stateMutability, "view", "checkUpkeep changes nothing");
  }

  /** @returns the perform data, undefined where no upkeep is needed */
  async check(checkData: Hex): Promise<Hex | undefined> {
    assert.ok(size(checkData) <= RULES.checkData, "check data fit");
    const { provider, now } = this.#chain;
    await provider.request({ method: "evm_setNextBlockTimestamp", params: [numberToHex(now)] });
    const data = encodeFunctionData({ abi: this.#upkeep.abi, functionName: "checkUpkeep", args: [checkData] });
    const call = { from: zeroAddress, to: this.#upkeep.address, data, gas: numberToHex(RULES.checkGas) };
    const answer = (await provider.request({ method: "eth_call", params: [call, "pending"] })) as Hex;
    const [needed, performData] = decodeFunctionResult({
      abi: this.#upkeep.abi,
      functionName: "checkUpkeep",
      data: answer,
    }) as [boolean, Hex];
    if (!needed) return undefined;
    assert.ok(size(performData) <= RULES.performData, "perform data fit");
    return performData;
  }

  /** @throws Refusal */
  perform(from: Address, performData: Hex): Promise<Receipt> {
    return this.#chain.send(from, this.#upkeep, "performUpkeep", [performData], 0n, RULES.performGas);
  }
}
