import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  type Abi,
  type Address,
  concatHex,
  encodeAbiParameters,
  getAddress,
  type Hex,
  keccak256,
  parseAbiParameters,
  stringToHex,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

/** A contract of Axelar's own packages, as they compiled it. */
export interface AxelarArtifact {
  abi: Abi;
  bytecode: Hex;
}

const PACKAGES = {
  AxelarAmplifierGateway: "axelar-gmp-sdk-solidity/artifacts/contracts/gateway",
  AxelarAmplifierGatewayProxy: "axelar-gmp-sdk-solidity/artifacts/contracts/gateway",
  AxelarGasService: "axelar-cgp-solidity/artifacts/contracts/gas-service",
  AxelarGasServiceProxy: "axelar-cgp-solidity/artifacts/contracts/gas-service",
} as const;

const resolve = createRequire(import.meta.url).resolve;

/** Reads the packages' own build. */
export function axelarArtifact(name: keyof typeof PACKAGES): AxelarArtifact {
  const path = resolve(`@axelar-network/${PACKAGES[name]}/${name}.sol/${name}.json`);
  const { abi, bytecode } = JSON.parse(readFileSync(path, "utf8")) as { abi: Abi; bytecode: string };
  return { abi, bytecode: bytecode.startsWith("0x") ? (bytecode as Hex) : `0x${bytecode}` };
}

/** The signers of a gateway, ascending by address, of weight 1 each. */
export interface WeightedSigners {
  signers: readonly { signer: Address; weight: bigint }[];
  threshold: bigint;
  nonce: Hex;
}

/** What a gateway is to let through: one message of another chain. */
export interface Message {
  /** Axelar's name of the chain it comes from */
  sourceChain: string;
  /** `<transaction hash>-<log index>` */
  messageId: string;
  sourceAddress: string;
  contractAddress: Address;
  payloadHash: Hex;
}

const SIGNERS = "((address signer, uint128 weight)[] signers, uint128 threshold, bytes32 nonce) signers" as const;
const MESSAGES =
  "uint8, (string sourceChain, string messageId, string sourceAddress, address contractAddress, bytes32 payloadHash)[]" as const;
/** CommandType.ApproveMessages */
const APPROVE = 0;

/** @param threshold how many of the keys must sign */
export function signersOf(keys: readonly Hex[], threshold: number): WeightedSigners {
  const signers = keys
    .map((key) => ({ signer: privateKeyToAccount(key).address, weight: 1n }))
    .sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
  return { signers, threshold: BigInt(threshold), nonce: `0x${"00".repeat(32)}` };
}

/** The setup of a gateway: abi.encode(operator, WeightedSigners[]). */
export function gatewaySetup(operator: Address, signers: WeightedSigners): Hex {
  return encodeAbiParameters(
    parseAbiParameters("address, ((address signer, uint128 weight)[] signers, uint128 threshold, bytes32 nonce)[]"),
    [operator, [signers]],
  );
}

/** A proof by exactly as many keys as the threshold asks for: one signature more is refused. */
export async function proofOf(
  messages: readonly Message[],
  domain: Hex,
  signers: WeightedSigners,
  keys: readonly Hex[],
): Promise<{ signers: WeightedSigners; signatures: Hex[] }> {
  const signersHash = keccak256(encodeAbiParameters(parseAbiParameters(SIGNERS), [signers]));
  const dataHash = keccak256(encodeAbiParameters(parseAbiParameters(MESSAGES), [APPROVE, messages]));
  const hash = keccak256(concatHex([stringToHex("\x19Ethereum Signed Message:\n96"), domain, signersHash, dataHash]));
  const chosen = keys
    .map((key) => privateKeyToAccount(key))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1))
    .slice(0, Number(signers.threshold));
  return { signers, signatures: await Promise.all(chosen.map((account) => account.sign({ hash }))) };
}

/** The gateway's own name of a message. */
export function commandIdOf(sourceChain: string, messageId: string): Hex {
  return keccak256(stringToHex(`${sourceChain}_${messageId}`));
}

/** An address as a relayer writes it. */
export function asAxelarAddress(address: Address): string {
  return getAddress(address);
}
