import { type Address, concatHex, encodeDeployData, type Hex, keccak256, parseEther, toBytes } from "viem";
import { getContractAddress } from "viem/utils";
import { type ContractName, readArtifact } from "./artifacts.ts";

/**
 * The deterministic-deployment proxy that stands at the same address on every EVM chain. Calldata is `salt ‖ init code`.
 * It was created by a transaction whose signature nobody knows a key for, so anyone may bring it to a new chain.
 */
export const FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
export const FACTORY_SIGNER = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
export const FACTORY_SIGNER_COST = parseEther("0.01");
const FACTORY_CODE: Hex = `0x7f${"ff".repeat(31)}e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3`;
export const FACTORY_CODE_HASH: Hex = keccak256(FACTORY_CODE);
/** nonce 0, 100 gwei, 100,000 gas; its signature is 0x22... twice, so that nobody can have chosen the key */
export const FACTORY_TRANSACTION: Hex = concatHex([
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe",
  FACTORY_CODE,
  `0x1ba0${"22".repeat(32)}a0${"22".repeat(32)}`,
]);

export interface Creation {
  address: Address;
  /** calldata for the factory */
  data: Hex;
}

/**
 * Where a contract of ours will stand, and what to send to the factory to put it there.
 * @param label distinguishes two creations of the same init code (the proxies); hashed into the salt
 */
export function creationOf(name: ContractName, args: readonly unknown[], label: string): Creation {
  const { abi, bytecode } = readArtifact(name);
  const initCode = encodeDeployData({ abi, bytecode, args: args as unknown[] });
  const salt = keccak256(toBytes(`assay:${label}`));
  const address = getContractAddress({ opcode: "CREATE2", from: FACTORY, salt, bytecode: initCode });
  return { address, data: concatHex([salt, initCode]) };
}
