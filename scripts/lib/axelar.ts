import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { signersOf, type WeightedSigners } from "@assay/keepers";
import {
  type Abi,
  type Address,
  encodeAbiParameters,
  type Hex,
  keccak256,
  parseAbiParameters,
  stringToHex,
} from "viem";
import type { AxelarChain } from "../deploy/crosschain.ts";
import type { LocalChain } from "./devnet.ts";

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

/** The setup of a gateway: abi.encode(operator, WeightedSigners[]). */
export function gatewaySetup(operator: Address, signers: WeightedSigners): Hex {
  return encodeAbiParameters(
    parseAbiParameters("address, ((address signer, uint128 weight)[] signers, uint128 threshold, bytes32 nonce)[]"),
    [operator, [signers]],
  );
}

/** Whose account deploys and owns Axelar's contracts on a local chain: none of ours. */
const AXELAR_ACCOUNT = 19;
/** Signers are kept until sixteen sets are newer, and may be replaced at once. */
const RETENTION = 15n;

/** The keys of three signers of a local network, any two of which approve a message. */
export const LOCAL_SIGNERS: readonly Hex[] = [1, 2, 3].map((index) => keccak256(stringToHex(`local signer ${index}`)));
export const LOCAL_THRESHOLD = 2;

/** What binds a proof to one gateway. */
export function domainOf(name: string): Hex {
  return keccak256(stringToHex(name));
}

/** Deploys the real gateway and gas service behind their own proxies. @param name what Axelar calls the chain */
export async function deployAxelar(chain: LocalChain, name: string): Promise<AxelarChain> {
  const owner = chain.wallet(AXELAR_ACCOUNT).account.address;
  const signers = signersOf(LOCAL_SIGNERS, LOCAL_THRESHOLD);
  const gatewayCode = await create(chain, "AxelarAmplifierGateway", [RETENTION, domainOf(name), 0n]);
  const setup = gatewaySetup(owner, signers);
  const gateway = await create(chain, "AxelarAmplifierGatewayProxy", [gatewayCode, owner, setup]);
  const gasCode = await create(chain, "AxelarGasService", [owner]);
  const gasService = await create(chain, "AxelarGasServiceProxy", []);
  const { abi } = axelarArtifact("AxelarGasServiceProxy");
  const wallet = chain.wallet(AXELAR_ACCOUNT);
  const hash = await wallet.writeContract({
    abi,
    address: gasService,
    functionName: "init",
    args: [gasCode, owner, "0x"],
  });
  await chain.publicClient.waitForTransactionReceipt({ hash });
  return { chainId: await chain.publicClient.getChainId(), name, gateway, gasService };
}

async function create(chain: LocalChain, name: keyof typeof PACKAGES, args: readonly unknown[]): Promise<Address> {
  const { abi, bytecode } = axelarArtifact(name);
  const hash = await chain.wallet(AXELAR_ACCOUNT).deployContract({ abi, bytecode, args: args as unknown[] });
  const { contractAddress } = await chain.publicClient.waitForTransactionReceipt({ hash });
  if (!contractAddress) throw new Error(`${name} was not created`);
  return contractAddress;
}
