// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BridgeFungibleUpgradeable} from "@openzeppelin/contracts-upgradeable/crosschain/bridges/abstract/BridgeFungibleUpgradeable.sol";
import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";
import {Managed} from "../access/Managed.sol";
import {IBridgeRecipient, ILinkedBridge, Incoming, Outgoing, Transfer} from "./ILinkedBridge.sol";
import {IRelayFee} from "./IRelayFee.sol";

/// @title LinkedBridge
/// @notice What both ends of a token link share: transfers that arrive exactly once or come back.
///
/// Purpose: the receiving chain alone decides each transfer, once: accepted or refused. The sending chain pays back what
/// it knows to be refused, and nothing else; its own clock decides nothing. So no order, delay, loss or repetition of
/// messages can pay a transfer twice, and every message can be sent again by anyone until it is answered.
/// Roles & powers: anyone may resend, release, acknowledge and refund; a sender may recall at any time, anyone after the
/// deadline. The authority sets links and limits; its guardian may stop sending, and make what arrives wait.
/// Trust: the linked gateway and the counterpart. Both are bounded by the limit of the link, and at home by what was sent.
/// Liveness: a refund needs one message there and one back. While the gateway is dead nothing is paid here that may have
/// been paid there; the authority links another gateway and everything is sent again.
/// Rounding: none. Known hazards: queued transfers are not served in order; small ones can overtake a large one, which
/// then comes back after its deadline.
abstract contract LinkedBridge is BridgeFungibleUpgradeable, Managed, ILinkedBridge {
    using InteroperableAddress for bytes;
    using RateLimiter for RateLimiter.RefillingBucket;

    uint8 public constant MESSAGE_VERSION = 1;
    uint256 public constant MAX_DATA = 4_096;
    uint256 public constant MAX_RECEIPTS = 64;
    uint256 public constant MAX_LIFETIME = 60 days;
    /// @notice Deadline of the transfers that name none (crosschainTransfer).
    uint256 public constant DEFAULT_LIFETIME = 7 days;
    uint256 public constant MAX_CALL_GAS = 3_000_000;
    /// @notice What paying out needs besides the receiver's own gas.
    uint256 public constant BASE_GAS = 300_000;
    uint8 public constant PAUSE_SEND = 1;
    uint8 public constant PAUSE_DELIVER = 2;

    uint8 private constant KIND_TRANSFER = 1;
    uint8 private constant KIND_RECEIPTS = 2;
    uint8 private constant KIND_RECALL = 3;

    /// @dev A transfer's word is `hash 248 | status 8`.
    struct LinkState {
        uint64 sentCount;
        mapping(uint64 number => uint256) outgoing;
        mapping(uint64 number => uint256) incoming;
        RateLimiter.RefillingBucket limit;
    }

    /// @custom:storage-location erc7201:assay.storage.LinkedBridge
    struct BridgeStorage {
        mapping(uint256 chainId => LinkState) links;
        uint8 pauseBits;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.LinkedBridge")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant BRIDGE_SLOT = 0x67b326e19d6324939c4b571e25209dea7b6698702274f8d37ceff5e5b7c17d00;

    /* ── WRITES ── */

    /// @inheritdoc ILinkedBridge
    function send(
        uint256 chainId,
        address to,
        uint256 amount,
        uint40 deadline,
        uint32 callGas,
        bytes calldata data
    ) external payable returns (uint64 number) {
        require(amount <= type(uint128).max, Bridge_AmountTooLarge(amount, type(uint128).max));
        return _send(chainId, Transfer(msg.sender, to, uint128(amount), deadline, callGas, data));
    }

    /// @inheritdoc ILinkedBridge
    function resend(uint256 chainId, uint64 number, Transfer calldata transfer) external payable {
        _requireSent(chainId, number, transfer);
        _dispatch(chainId, KIND_TRANSFER, abi.encode(number, transfer));
        emit TransferSentAgain(chainId, number);
    }

    /// @inheritdoc ILinkedBridge
    function recall(uint256 chainId, uint64 number, Transfer calldata transfer) external payable {
        _requireSent(chainId, number, transfer);
        require(
            msg.sender == transfer.from || block.timestamp > transfer.deadline,
            Bridge_TooEarly(uint256(transfer.deadline) + 1, block.timestamp)
        );
        _dispatch(chainId, KIND_RECALL, abi.encode(number));
        emit RecallSent(chainId, number);
    }

    /// @inheritdoc ILinkedBridge
    function refund(uint256 chainId, uint64 number, Transfer calldata transfer) external {
        uint256 word = _link(chainId).outgoing[number];
        Outgoing status = Outgoing(uint8(word));
        // INVARIANT XCH-12: paid back only after the other side has refused, and once
        require(status == Outgoing.Refused, Bridge_NotRefused(chainId, number, status));
        require(_folded(transfer, uint8(status)) == word, Bridge_WrongTransfer(chainId, number));
        _link(chainId).outgoing[number] = uint8(Outgoing.Returned);
        emit TransferSettled(chainId, number, Outgoing.Returned);
        _leave(chainId, transfer.from, transfer.amount);
    }

    /// @inheritdoc ILinkedBridge
    function release(uint256 chainId, uint64 number, Transfer calldata transfer) external {
        LinkState storage link = _link(chainId);
        uint256 word = link.incoming[number];
        Incoming status = Incoming(uint8(word));
        require(status == Incoming.Queued, Bridge_NotQueued(chainId, number, status));
        require(_folded(transfer, uint8(status)) == word, Bridge_WrongTransfer(chainId, number));
        if (block.timestamp > transfer.deadline) {
            _refuse(chainId, number, 0);
            return;
        }
        uint8 bits = _bridge().pauseBits;
        require(bits & PAUSE_DELIVER == 0, Bridge_Paused(bits, PAUSE_DELIVER));
        bytes32 key = bytes32(chainId);
        require(
            link.limit.tryConsume(key, transfer.amount),
            Bridge_LimitReached(link.limit.available(key), transfer.amount)
        );
        // INVARIANT XCH-17: what waits for its receiver uses up the limit only when it is taken
        require(_deliver(chainId, number, transfer), Bridge_NotYet());
    }

    /// @inheritdoc ILinkedBridge
    function acknowledge(uint256 chainId, uint64[] calldata numbers) external payable {
        require(numbers.length <= MAX_RECEIPTS, Bridge_BatchTooLarge(numbers.length, MAX_RECEIPTS));
        LinkState storage link = _link(chainId);
        bool[] memory accepted = new bool[](numbers.length);
        for (uint256 i; i < numbers.length; ++i) {
            Incoming status = Incoming(uint8(link.incoming[numbers[i]]));
            accepted[i] = status == Incoming.Accepted;
            // INVARIANT XCH-11: a receipt says only what can never change again
            require(accepted[i] || status == Incoming.Refused, Bridge_Undecided(chainId, numbers[i], status));
        }
        _dispatch(chainId, KIND_RECEIPTS, abi.encode(numbers, accepted));
        emit ReceiptsSent(chainId, numbers, accepted);
    }

    /// @notice The outer half of paying out, so that a receiver's revert undoes its tokens as well. Only this contract.
    function deliver(uint256 chainId, uint64 number, Transfer calldata transfer) external {
        require(msg.sender == address(this), Bridge_OnlySelf(msg.sender));
        _leave(chainId, transfer.to, transfer.amount);
        if (transfer.data.length == 0) return;
        bytes4 answer = IBridgeRecipient(transfer.to).onBridgeTransfer{gas: transfer.callGas}(
            chainId,
            transfer.from,
            number,
            transfer.amount,
            transfer.data
        );
        require(answer == IBridgeRecipient.onBridgeTransfer.selector, Bridge_NotReceived(transfer.to));
    }

    /* ── ADMIN ── */

    /// @notice Links a chain, or moves the link to another gateway or counterpart. What the old gateway still carries is
    ///         refused by this contract and can be sent again.
    /// @param counterpart ERC-7930 address of the bridge there
    function setLink(address gateway, bytes calldata counterpart) external restricted {
        (uint256 chainId, address there) = counterpart.parseEvmV1Calldata();
        require(there != address(0), Bridge_ZeroAddress());
        _checkLink(chainId);
        _setLink(gateway, counterpart, true);
    }

    /// @notice At most `capacity` is paid out for a link at once; it refills over `window` seconds.
    function setLimit(uint256 chainId, uint208 capacity, uint48 window) external restricted {
        _link(chainId).limit.updateSettings(window, capacity);
        emit LimitSet(chainId, capacity, window);
    }

    /// @notice Bit 0 stops sending, bit 1 queues what arrives. Refunds, receipts and recalls cannot be stopped.
    function setPause(uint8 bits) external restricted {
        require(bits <= PAUSE_SEND | PAUSE_DELIVER, Bridge_UnknownPauseBits(bits, PAUSE_SEND | PAUSE_DELIVER));
        emit PauseSet(_bridge().pauseBits, bits);
        _bridge().pauseBits = bits;
    }

    /* ── VIEWS ── */

    /// @inheritdoc ILinkedBridge
    function outgoingOf(uint256 chainId, uint64 number) external view returns (Outgoing) {
        return Outgoing(uint8(_link(chainId).outgoing[number]));
    }

    /// @inheritdoc ILinkedBridge
    function incomingOf(uint256 chainId, uint64 number) external view returns (Incoming) {
        return Incoming(uint8(_link(chainId).incoming[number]));
    }

    /// @inheritdoc ILinkedBridge
    function limitOf(uint256 chainId) external view returns (uint256 available, uint256 capacity) {
        LinkState storage link = _link(chainId);
        return (link.limit.available(bytes32(chainId)), link.limit._capacity);
    }

    /// @notice Which of sending (bit 0) and paying out (bit 1) is stopped.
    function pauseBits() external view returns (uint8) {
        return _bridge().pauseBits;
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS: SENDING ── */

    /// @dev OpenZeppelin's entry point: a transfer without data that has DEFAULT_LIFETIME.
    function _crosschainTransfer(
        address from,
        bytes memory to,
        uint256 amount
    ) internal virtual override returns (bytes32) {
        (uint256 chainId, address account) = to.parseEvmV1();
        require(amount <= type(uint128).max, Bridge_AmountTooLarge(amount, type(uint128).max));
        uint40 deadline = uint40(block.timestamp + DEFAULT_LIFETIME);
        return bytes32(uint256(_send(chainId, Transfer(from, account, uint128(amount), deadline, 0, ""))));
    }

    function _send(uint256 chainId, Transfer memory transfer) private returns (uint64 number) {
        uint8 bits = _bridge().pauseBits;
        require(bits & PAUSE_SEND == 0, Bridge_Paused(bits, PAUSE_SEND));
        _check(transfer);
        LinkState storage link = _link(chainId);
        number = ++link.sentCount;
        link.outgoing[number] = _folded(transfer, uint8(Outgoing.Sent));
        _enter(chainId, transfer.from, transfer.amount);
        _dispatch(chainId, KIND_TRANSFER, abi.encode(number, transfer));
        emit TransferSent(
            chainId,
            number,
            transfer.from,
            transfer.to,
            transfer.amount,
            transfer.deadline,
            transfer.callGas,
            transfer.data
        );
        emit CrosschainFungibleTransferSent(
            bytes32(uint256(number)),
            transfer.from,
            InteroperableAddress.formatEvmV1(chainId, transfer.to),
            transfer.amount
        );
    }

    function _check(Transfer memory transfer) private view {
        uint256 size = transfer.data.length;
        require(transfer.to != address(0), Bridge_ZeroAddress());
        require(transfer.amount != 0 || size != 0, Bridge_NothingToSend());
        require(size <= MAX_DATA, Bridge_DataTooLarge(size, MAX_DATA));
        uint256 last = block.timestamp + MAX_LIFETIME;
        require(
            transfer.deadline > block.timestamp && transfer.deadline <= last,
            Bridge_DeadlineOutOfRange(transfer.deadline, block.timestamp + 1, last)
        );
        uint256 most = size == 0 ? 0 : MAX_CALL_GAS;
        require(
            transfer.callGas <= most && (size == 0 || transfer.callGas != 0),
            Bridge_CallGasOutOfRange(transfer.callGas, size == 0 ? 0 : 1, most)
        );
    }

    /// @dev Hands a message to the link's gateway of this moment, with the whole value of the call as its relay fee.
    function _dispatch(uint256 chainId, uint8 kind, bytes memory body) private {
        (address gateway, bytes memory counterpart) = getLink(InteroperableAddress.formatEvmV1(chainId));
        require(gateway != address(0), Bridge_NoLink(chainId));
        bytes[] memory attributes = new bytes[](msg.value == 0 ? 0 : 1);
        if (msg.value != 0) attributes[0] = abi.encodeCall(IRelayFee.relayFee, (msg.sender));
        IERC7786GatewaySource(gateway).sendMessage{value: msg.value}(
            counterpart,
            abi.encode(MESSAGE_VERSION, kind, body),
            attributes
        );
    }

    function _requireSent(uint256 chainId, uint64 number, Transfer calldata transfer) private view {
        uint256 word = _link(chainId).outgoing[number];
        Outgoing status = Outgoing(uint8(word));
        require(status == Outgoing.Sent, Bridge_NotSent(chainId, number, status));
        require(_folded(transfer, uint8(status)) == word, Bridge_WrongTransfer(chainId, number));
    }

    /* ── INTERNALS: RECEIVING ── */

    /// @dev CrosschainLinked has checked that the link's gateway brings it and the counterpart has sent it.
    function _processMessage(
        address,
        bytes32,
        bytes calldata sender,
        bytes calldata payload
    ) internal virtual override {
        (uint256 chainId, ) = sender.parseEvmV1Calldata();
        (uint256 found, uint256 kind, bytes memory body) = abi.decode(payload, (uint256, uint256, bytes));
        require(found == MESSAGE_VERSION, Bridge_UnknownVersion(found, MESSAGE_VERSION));
        if (kind == KIND_TRANSFER) {
            (uint64 number, Transfer memory transfer) = abi.decode(body, (uint64, Transfer));
            _receiveTransfer(chainId, number, transfer);
        } else if (kind == KIND_RECEIPTS) {
            (uint64[] memory numbers, bool[] memory accepted) = abi.decode(body, (uint64[], bool[]));
            for (uint256 i; i < numbers.length; ++i) _receiveReceipt(chainId, numbers[i], accepted[i]);
        } else if (kind == KIND_RECALL) {
            _receiveRecall(chainId, abi.decode(body, (uint64)));
        } else {
            revert Bridge_UnknownKind(kind);
        }
    }

    function _receiveTransfer(uint256 chainId, uint64 number, Transfer memory transfer) private {
        LinkState storage link = _link(chainId);
        // INVARIANT XCH-10: what was seen before changes nothing, whatever became of it
        if (uint8(link.incoming[number]) != uint8(Incoming.None)) return;
        if (block.timestamp > transfer.deadline) {
            _refuse(chainId, number, 0);
            return;
        }
        bool waits =
            _bridge().pauseBits & PAUSE_DELIVER != 0 || !link.limit.tryConsume(bytes32(chainId), transfer.amount);
        if (!waits) waits = !_deliver(chainId, number, transfer);
        if (!waits) return;
        link.incoming[number] = _folded(transfer, uint8(Incoming.Queued));
        emit TransferQueued(
            chainId,
            number,
            transfer.to,
            transfer.from,
            transfer.amount,
            transfer.deadline,
            transfer.callGas,
            transfer.data
        );
    }

    /// @dev A receipt that comes again, or after another one, says the same: decisions never change.
    function _receiveReceipt(uint256 chainId, uint64 number, bool accepted) private {
        LinkState storage link = _link(chainId);
        uint256 word = link.outgoing[number];
        if (uint8(word) != uint8(Outgoing.Sent)) return;
        Outgoing status = accepted ? Outgoing.Accepted : Outgoing.Refused;
        link.outgoing[number] = (word & ~uint256(0xff)) | uint8(status);
        emit TransferSettled(chainId, number, status);
    }

    function _receiveRecall(uint256 chainId, uint64 number) private {
        Incoming status = Incoming(uint8(_link(chainId).incoming[number]));
        // INVARIANT XCH-13: a recall that comes first closes the number for ever
        if (status == Incoming.None || status == Incoming.Queued) _refuse(chainId, number, 0);
    }

    /// @return decided whether it is accepted or refused: not if the receiver wants to have it later
    function _deliver(uint256 chainId, uint64 number, Transfer memory transfer) private returns (bool decided) {
        // INVARIANT XCH-14: with less gas a willing receiver could be made to fail
        uint256 wanted = BASE_GAS + transfer.callGas + uint256(transfer.callGas) / 32;
        require(gasleft() >= wanted, Bridge_GasTooLow(gasleft(), wanted));
        _requireSupply(chainId, transfer.amount);
        _link(chainId).incoming[number] = uint8(Incoming.Accepted);
        try this.deliver(chainId, number, transfer) {
            emit TransferAccepted(chainId, number, transfer.to, transfer.amount);
            emit CrosschainFungibleTransferReceived(
                bytes32(uint256(number)),
                InteroperableAddress.formatEvmV1(chainId, transfer.from),
                transfer.to,
                transfer.amount
            );
        } catch (bytes memory reason) {
            if (bytes4(reason) == Bridge_NotYet.selector) return false;
            _refuse(chainId, number, bytes4(reason));
        }
        return true;
    }

    function _refuse(uint256 chainId, uint64 number, bytes4 reason) private {
        _link(chainId).incoming[number] = uint8(Incoming.Refused);
        emit TransferRefused(chainId, number, reason);
    }

    /* ── INTERNALS: MONEY ── */

    /// @dev Takes tokens of `from` for the other chain.
    function _enter(uint256, address from, uint256 amount) internal virtual {
        if (amount != 0) _onSend(from, amount);
    }

    /// @dev Gives tokens that came, or came back, from the other chain.
    function _leave(uint256, address to, uint256 amount) internal virtual {
        if (amount != 0) _onReceive(to, amount);
    }

    /// @dev Reverts if the other chain cannot have this much.
    function _requireSupply(uint256 chainId, uint256 amount) internal view virtual;

    /// @dev Reverts if this end must not be linked to that chain.
    function _checkLink(uint256 chainId) internal view virtual;

    function _folded(Transfer memory transfer, uint8 status) private pure returns (uint256) {
        return (uint256(keccak256(abi.encode(transfer))) & ~uint256(0xff)) | status;
    }

    function _link(uint256 chainId) private view returns (LinkState storage) {
        return _bridge().links[chainId];
    }

    function _bridge() private pure returns (BridgeStorage storage $) {
        assembly ("memory-safe") {
            $.slot := BRIDGE_SLOT
        }
    }
}
