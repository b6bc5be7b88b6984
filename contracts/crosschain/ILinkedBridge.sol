// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What became of a transfer, as its sender's chain knows it.
enum Outgoing {
    None, // never sent
    Sent, // on its way: may be sent again by anyone, recalled by its sender or after its deadline
    Accepted, // the other side has paid it out
    Refused, // the other side never will: refund() pays it back
    Returned // paid back
}

/// @notice What became of a transfer, as its receiver's chain knows it. Accepted and Refused never change again.
enum Incoming {
    None, // not seen
    Queued, // seen, waiting for the limit, for the pause to end or for its receiver
    Accepted, // paid out
    Refused // late, recalled or not receivable: never paid out
}

/// @notice A transfer between chains. Its hash is what both bridges keep of it; events carry the whole.
/// @param from      who pays, on the sending chain; gets the refund
/// @param to        who gets the tokens, on the receiving chain
/// @param amount    smallest unit
/// @param deadline  Unix time of the receiving chain; from the second after it the transfer can only be refused
/// @param callGas   gas of the call to `to`; zero without data
/// @param data      handed to `to` (IBridgeRecipient) with the tokens, unless it is empty
struct Transfer {
    address from;
    address to;
    uint128 amount;
    uint40 deadline;
    uint32 callGas;
    bytes data;
}

/// @title IBridgeRecipient
/// @notice What a contract implements to be told of tokens that come with data.
interface IBridgeRecipient {
    /// @notice The tokens are there. A revert refuses them, and they go back to `from`; a revert with Bridge_NotYet makes
    ///         them wait, until `release` or the deadline.
    /// @return this function's selector
    function onBridgeTransfer(
        uint256 chainId,
        address from,
        uint64 number,
        uint256 amount,
        bytes calldata data
    ) external returns (bytes4);
}

/// @title ILinkedBridge
/// @notice Transfers that arrive exactly once or come back. See docs/spec/crosschain.md (XCH-xx).
/// @dev `chainId` is always the EIP-155 number of the other chain, `number` the transfer's in its direction of that link.
interface ILinkedBridge {
    error Bridge_NoLink(uint256 chainId);
    error Bridge_ZeroAddress();
    error Bridge_WrongHome(uint256 found, uint256 wanted);
    error Bridge_AmountTooLarge(uint256 found, uint256 max);
    error Bridge_NothingToSend();
    error Bridge_DataTooLarge(uint256 found, uint256 max);
    error Bridge_DeadlineOutOfRange(uint256 found, uint256 min, uint256 max);
    error Bridge_CallGasOutOfRange(uint256 found, uint256 min, uint256 max);
    error Bridge_NotSent(uint256 chainId, uint64 number, Outgoing status);
    error Bridge_NotRefused(uint256 chainId, uint64 number, Outgoing status);
    error Bridge_NotQueued(uint256 chainId, uint64 number, Incoming status);
    error Bridge_Undecided(uint256 chainId, uint64 number, Incoming status);
    /// @notice The transfer that was brought along is not the one with this number.
    error Bridge_WrongTransfer(uint256 chainId, uint64 number);
    /// @notice Only the sender may recall before the deadline.
    error Bridge_TooEarly(uint256 from, uint256 now_);
    error Bridge_LimitReached(uint256 available, uint256 wanted);
    error Bridge_UnknownVersion(uint256 found, uint256 wanted);
    error Bridge_UnknownKind(uint256 found);
    error Bridge_BatchTooLarge(uint256 found, uint256 max);
    /// @notice Too little gas to tell a receiver's refusal from a relayer's meanness: send it with more.
    error Bridge_GasTooLow(uint256 found, uint256 wanted);
    /// @notice More than was ever sent to that chain wants to come back.
    error Bridge_SupplyExceeded(uint256 chainId, uint256 found, uint256 wanted);
    error Bridge_OnlySelf(address found);
    error Bridge_NotReceived(address recipient);
    /// @notice What a receiver reverts with that cannot take a transfer before something else is decided.
    error Bridge_NotYet();
    error Bridge_Paused(uint8 found, uint8 bit);
    error Bridge_UnknownPauseBits(uint8 found, uint8 known);

    /// @notice A transfer (see Transfer) leaves. Its fields stand one by one: an indexer reads them without knowing a struct.
    event TransferSent(
        uint256 indexed chainId,
        uint64 indexed number,
        address indexed from,
        address to,
        uint128 amount,
        uint40 deadline,
        uint32 callGas,
        bytes data
    );
    event TransferSentAgain(uint256 indexed chainId, uint64 indexed number);
    event RecallSent(uint256 indexed chainId, uint64 indexed number);
    event ReceiptsSent(uint256 indexed chainId, uint64[] numbers, bool[] accepted);
    event TransferSettled(uint256 indexed chainId, uint64 indexed number, Outgoing status);
    /// @notice A transfer (see Transfer) has come and has to wait.
    event TransferQueued(
        uint256 indexed chainId,
        uint64 indexed number,
        address indexed to,
        address from,
        uint128 amount,
        uint40 deadline,
        uint32 callGas,
        bytes data
    );
    event TransferAccepted(uint256 indexed chainId, uint64 indexed number, address indexed to, uint256 amount);
    /// @param reason the first bytes of the revert, or zero for a late or recalled one
    event TransferRefused(uint256 indexed chainId, uint64 indexed number, bytes4 reason);
    event LimitSet(uint256 indexed chainId, uint208 capacity, uint48 window);
    event PauseSet(uint8 previous, uint8 current);

    /// @notice Takes `amount` of the sender's tokens and sends them. The value, if any, pays the relayer.
    /// @param callGas zero if and only if there is no data
    function send(
        uint256 chainId,
        address to,
        uint256 amount,
        uint40 deadline,
        uint32 callGas,
        bytes calldata data
    ) external payable returns (uint64 number);

    /// @notice Sends a transfer again whose fate is not known here: harmless if it has arrived. Anyone may.
    function resend(uint256 chainId, uint64 number, Transfer calldata transfer) external payable;

    /// @notice Asks the other side to refuse a transfer it has not accepted. The sender at any time, anyone after the
    ///         deadline; as often as wanted.
    function recall(uint256 chainId, uint64 number, Transfer calldata transfer) external payable;

    /// @notice Pays a refused transfer back to its sender. Anyone may.
    function refund(uint256 chainId, uint64 number, Transfer calldata transfer) external;

    /// @notice Pays out a queued transfer once the limit has room, or refuses it after its deadline. Anyone may.
    function release(uint256 chainId, uint64 number, Transfer calldata transfer) external;

    /// @notice Tells the other side what was decided here. Anyone may, as often as wanted.
    function acknowledge(uint256 chainId, uint64[] calldata numbers) external payable;

    function outgoingOf(uint256 chainId, uint64 number) external view returns (Outgoing);
    function incomingOf(uint256 chainId, uint64 number) external view returns (Incoming);
    /// @notice What may be paid out for this link now, and what it can be at most.
    function limitOf(uint256 chainId) external view returns (uint256 available, uint256 capacity);
}
