// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IRandomnessBeacon
/// @notice One random word for each asker and topic. See docs/spec/randomness.md.
interface IRandomnessBeacon {
    /* ── ERRORS ── */

    error Beacon_ZeroAddress();
    /// @notice The fallback would come before the coordinator may answer.
    error Beacon_TimeoutTooShort(uint256 found, uint256 min);
    error Beacon_WrongFee(uint256 found, uint256 wanted);
    /// @notice A topic is drawn once.
    error Beacon_AlreadyAsked(bytes32 draw);
    error Beacon_NotAsked(bytes32 draw);
    error Beacon_NotDrawn(bytes32 draw);
    error Beacon_AlreadyDrawn(bytes32 draw);
    error Beacon_NotCoordinator(address found);
    error Beacon_TooEarly(uint256 fallbackBlock);
    /// @notice The header is not the fallback block's.
    error Beacon_WrongHeader(bytes32 found, bytes32 wanted);
    /// @notice The chain no longer knows the fallback block's hash: postpone.
    error Beacon_HashForgotten(uint256 fallbackBlock);
    /// @notice The fallback block's hash is still known, or the block is still to come.
    error Beacon_NotForgotten(uint256 fallbackBlock);

    /* ── EVENTS ── */

    event DrawAsked(bytes32 indexed draw, address indexed asker, bytes32 topic, uint256 fallbackBlock);
    event Drawn(bytes32 indexed draw, bytes32 word, bool byCoordinator);
    /// @notice The coordinator's answer came when only the fallback could count any more.
    event AnswerIgnored(bytes32 indexed draw);
    event FallbackPostponed(bytes32 indexed draw, uint256 fallbackBlock);

    /* ── ACTIONS ── */

    /// @notice Asks for the word of the sender's topic and pays for it: FEE in native coin, to the beacon's subscription.
    function ask(bytes32 topic) external payable returns (bytes32 draw);

    /// @notice Draws from prevrandao of the fallback block, when the coordinator has not answered before it. Anyone.
    /// @param header the fallback block's header, RLP
    function drawFromHeader(bytes32 draw, bytes calldata header) external returns (bytes32 word);

    /// @notice Sets another fallback block, when the chain has forgotten the hash of the last. Anyone.
    function postpone(bytes32 draw) external;

    /* ── VIEWS ── */

    function drawOf(address asker, bytes32 topic) external view returns (bytes32 draw);

    /// @notice The word, once it is drawn.
    function wordOf(bytes32 draw) external view returns (bytes32 word);

    /// @return answerUntil   last block in which the coordinator's answer counts; zero where nobody has asked
    /// @return fallbackBlock whose prevrandao counts after that
    function stateOf(bytes32 draw) external view returns (uint256 answerUntil, uint256 fallbackBlock);
}
