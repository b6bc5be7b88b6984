// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AxelarExecutable} from "@axelar-network/axelar-gmp-sdk-solidity/contracts/executable/AxelarExecutable.sol";
import {IAxelarGasService} from "@axelar-network/axelar-gmp-sdk-solidity/contracts/interfaces/IAxelarGasService.sol";
import {IERC7786GatewaySource, IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Managed} from "../access/Managed.sol";
import {IRelayFee} from "./IRelayFee.sol";

/// @title AxelarGatewayAdapter
/// @notice An ERC-7786 gateway that travels over Axelar's general message passing.
///
/// Purpose: the only contract of ours that knows Axelar. Chains are EIP-155 numbers above it, Axelar's names below it.
/// Roles & powers: anyone may send in its own name. The authority connects chains; a connection can be replaced, after
/// which what the old adapter sent is refused here until it is connected again or sent anew.
/// Trust: Axelar's signers, who can forge any message to this chain; limits and supply checks live in the receivers.
/// Liveness: an approved message may be executed by anyone, for as long as it reverts; a relay fee is optional.
/// Replay: the gateway lets each approved message through once. Rounding: none.
contract AxelarGatewayAdapter is AxelarExecutable, Managed, IERC7786GatewaySource {
    using InteroperableAddress for bytes;

    /// @notice What a chain is called by Axelar, and the adapter that speaks for it.
    struct Remote {
        string name;
        address adapter;
    }

    /// @custom:storage-location erc7201:assay.storage.AxelarGatewayAdapter
    struct Storage {
        mapping(uint256 chainId => Remote) remotes;
        mapping(bytes32 nameHash => uint256) chainOf;
        uint256 sent;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.AxelarGatewayAdapter")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0x945e5991cb0f54c5b4e89e33c9b144baecb371ad24ae2e3a2cf46648ad2f4a00;

    /// @notice Where relay fees go.
    IAxelarGasService public immutable GAS_SERVICE;

    event ChainConnected(uint256 indexed chainId, string name, address adapter);

    error Adapter_ZeroAddress();
    error Adapter_UnknownChain(uint256 chainId);
    error Adapter_UnknownSource(string chain, string sender);
    /// @notice The name belongs to another chain: `found` wanted to take it from `wanted`.
    error Adapter_NameTaken(string name, uint256 found, uint256 wanted);
    /// @notice The message claims to come from chain `found`, it came from `wanted`.
    error Adapter_WrongChain(uint256 found, uint256 wanted);
    /// @notice Value comes with the relayFee attribute and the other way round: nothing else is carried.
    error Adapter_ValueWithoutFee(uint256 value);
    error Adapter_NotReceived(address recipient);

    constructor(address gateway_, IAxelarGasService gasService) AxelarExecutable(gateway_) {
        require(address(gasService) != address(0), Adapter_ZeroAddress());
        GAS_SERVICE = gasService;
    }

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES ── */

    /// @inheritdoc IERC7786GatewaySource
    /// @dev With the attribute `relayFee(address)` the value pays Axelar's relayers.
    function sendMessage(
        bytes calldata recipient,
        bytes calldata payload,
        bytes[] calldata attributes
    ) external payable returns (bytes32 sendId) {
        (uint256 chainId, address to) = recipient.parseEvmV1Calldata();
        Remote memory remote = _remote(chainId);
        address refundTo = _refundTo(attributes);
        require((msg.value != 0) == (refundTo != address(0)), Adapter_ValueWithoutFee(msg.value));

        sendId = bytes32(++_storage().sent);
        bytes memory sender = InteroperableAddress.formatEvmV1(block.chainid, msg.sender);
        emit MessageSent(sendId, sender, recipient, payload, 0, attributes);
        _callContract(remote, abi.encode(sender, to, payload), refundTo);
    }

    /* ── ADMIN ── */

    /// @notice Connects a chain, or replaces its connection.
    function connect(uint256 chainId, string calldata name, address adapter) external restricted {
        require(adapter != address(0), Adapter_ZeroAddress());
        Storage storage $ = _storage();
        bytes32 nameHash = keccak256(bytes(name));
        uint256 holder = $.chainOf[nameHash];
        require(holder == 0 || holder == chainId, Adapter_NameTaken(name, chainId, holder));
        delete $.chainOf[keccak256(bytes($.remotes[chainId].name))];
        $.remotes[chainId] = Remote(name, adapter);
        $.chainOf[nameHash] = chainId;
        emit ChainConnected(chainId, name, adapter);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4 selector) public pure returns (bool) {
        return selector == IRelayFee.relayFee.selector;
    }

    /// @notice A chain's connection. @custom:reverts Adapter_UnknownChain
    function remoteOf(uint256 chainId) external view returns (string memory name, address adapter) {
        Remote memory remote = _remote(chainId);
        return (remote.name, remote.adapter);
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    /// @dev The gateway has let this message through, for the first and last time.
    function _execute(
        bytes32 commandId,
        string calldata sourceChain,
        string calldata sourceAddress,
        bytes calldata payload
    ) internal override {
        uint256 chainId = _requireSource(sourceChain, sourceAddress);
        (bytes memory sender, address to, bytes memory message) = abi.decode(payload, (bytes, address, bytes));
        (uint256 senderChain, ) = sender.parseEvmV1();
        require(senderChain == chainId, Adapter_WrongChain(senderChain, chainId));
        _hand(IERC7786Recipient(to), commandId, sender, message);
    }

    function _hand(IERC7786Recipient to, bytes32 receiveId, bytes memory sender, bytes memory message) private {
        bytes4 answer = to.receiveMessage(receiveId, sender, message);
        require(answer == IERC7786Recipient.receiveMessage.selector, Adapter_NotReceived(address(to)));
    }

    function _requireSource(
        string calldata sourceChain,
        string calldata sourceAddress
    ) private view returns (uint256 chainId) {
        Storage storage $ = _storage();
        chainId = $.chainOf[keccak256(bytes(sourceChain))];
        // Relayers differ in how they write addresses, so they are compared as numbers.
        (bool readable, address source) = Strings.tryParseAddress(sourceAddress);
        // INVARIANT XCH-02: only the connected adapter of a connected chain is listened to
        require(
            chainId != 0 && readable && source == $.remotes[chainId].adapter,
            Adapter_UnknownSource(sourceChain, sourceAddress)
        );
    }

    function _callContract(Remote memory remote, bytes memory envelope, address refundTo) private {
        string memory adapter = Strings.toChecksumHexString(remote.adapter);
        if (msg.value != 0) {
            GAS_SERVICE.payNativeGasForContractCall{value: msg.value}(
                address(this),
                remote.name,
                adapter,
                envelope,
                refundTo
            );
        }
        gateway().callContract(remote.name, adapter, envelope);
    }

    function _refundTo(bytes[] calldata attributes) private pure returns (address refundTo) {
        for (uint256 i; i < attributes.length; ++i) {
            bytes4 selector = bytes4(attributes[i]);
            require(supportsAttribute(selector), UnsupportedAttribute(selector));
            refundTo = abi.decode(attributes[i][4:], (address));
        }
    }

    function _remote(uint256 chainId) private view returns (Remote memory remote) {
        remote = _storage().remotes[chainId];
        require(remote.adapter != address(0), Adapter_UnknownChain(chainId));
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
