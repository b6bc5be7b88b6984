import { type Address, type Hex, parseSignature } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import type { Target, World } from "./world.ts";

/** The test chain's well-known accounts. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** The tail of a call that brings an EIP-2612 permit: deadline, v, r, s. */
export type PermitArgs = readonly [deadline: bigint, v: number, r: Hex, s: Hex];

/** Signs a permit for the account with this index. */
export async function signPermit(
  world: World,
  token: Target,
  index: number,
  spender: Address,
  value: bigint,
  deadline = BigInt(world.now + 3_600),
  chainId = world.deployment.chainId,
): Promise<PermitArgs> {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: index });
  const signature = await account.signTypedData({
    domain: {
      name: await world.read<string>(token, "name"),
      version: "1",
      chainId,
      verifyingContract: token.address,
    },
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: {
      owner: account.address,
      spender,
      value,
      nonce: await world.read<bigint>(token, "nonces", [account.address]),
      deadline,
    },
  });
  const { r, s, yParity } = parseSignature(signature);
  return [deadline, yParity + 27, r, s];
}
