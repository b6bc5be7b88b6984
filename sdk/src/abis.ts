import { erc20Abi, parseAbi } from "viem";

export * from "./generated/index.ts";
export { erc20Abi };

/** What `deposit` and `stake` need of a token beyond ERC-20: EIP-2612 and EIP-5267. */
export const erc20PermitAbi = parseAbi([
  "function nonces(address owner) view returns (uint256)",
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
]);
