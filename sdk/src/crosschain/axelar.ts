import { type Address, getAddress, type Hex, keccak256, parseAbi, stringToHex } from "viem";

/** What of Axelar's gateway is used here. */
export const axelarGatewayAbi = parseAbi([
  "event ContractCall(address indexed sender, string destinationChain, string destinationContractAddress, bytes32 indexed payloadHash, bytes payload)",
  "event MessageApproved(bytes32 indexed commandId, string sourceChain, string messageId, string sourceAddress, address indexed contractAddress, bytes32 indexed payloadHash)",
  "event MessageExecuted(bytes32 indexed commandId)",
  "struct Message { string sourceChain; string messageId; string sourceAddress; address contractAddress; bytes32 payloadHash; }",
  "struct WeightedSigner { address signer; uint128 weight; }",
  "struct WeightedSigners { WeightedSigner[] signers; uint128 threshold; bytes32 nonce; }",
  "struct Proof { WeightedSigners signers; bytes[] signatures; }",
  "function approveMessages(Message[] messages, Proof proof)",
  "function domainSeparator() view returns (bytes32)",
  "function epochBySignersHash(bytes32 signersHash) view returns (uint256)",
  "function isMessageApproved(string sourceChain, string messageId, string sourceAddress, address contractAddress, bytes32 payloadHash) view returns (bool)",
  "function isMessageExecuted(string sourceChain, string messageId) view returns (bool)",
]);

/** What of Axelar's gas service is used here. */
export const axelarGasServiceAbi = parseAbi([
  "event NativeGasPaidForContractCall(address indexed sourceAddress, string destinationChain, string destinationAddress, bytes32 indexed payloadHash, uint256 gasFeeAmount, address refundAddress)",
  "event NativeGasAdded(bytes32 indexed txHash, uint256 indexed logIndex, uint256 gasFeeAmount, address refundAddress)",
  "function addNativeGas(bytes32 txHash, uint256 logIndex, address refundAddress) payable",
]);

/** What of a receiver is used here: anyone executes an approved message. */
export const axelarExecutableAbi = parseAbi([
  "function execute(bytes32 commandId, string sourceChain, string sourceAddress, bytes payload)",
]);

/** A message between two gateways, as its source's event tells it. */
export interface GatewayMessage {
  /** Axelar's names of the two chains. */
  sourceChain: string;
  destinationChain: string;
  /** `<transaction hash>-<index of the event among the transaction's>` */
  messageId: string;
  /** Of the sender, as a relayer writes it. */
  sourceAddress: string;
  contractAddress: Address;
  payloadHash: Hex;
  payload: Hex;
}

/** A message's name. The index is counted in its transaction: it stays the same in whichever block that is. */
export function messageIdOf(transactionHash: Hex, index: number): string {
  return `${transactionHash}-${index}`;
}

/** The gateway's own name of a message. */
export function commandIdOf(sourceChain: string, messageId: string): Hex {
  return keccak256(stringToHex(`${sourceChain}_${messageId}`));
}

/** An address as Axelar writes it. */
export function asAxelarAddress(address: Address): string {
  return getAddress(address);
}
