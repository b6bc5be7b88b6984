// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {VRFV2PlusClient} from "@chainlink/contracts/src/v0.8/vrf/dev/libraries/VRFV2PlusClient.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {IRandomnessBeacon} from "../interfaces/IRandomnessBeacon.sol";

/// @title RandomnessBeacon
/// @notice A random word for whoever asks and pays: Chainlink's VRF, or prevrandao of a block that was named before.
///
/// Purpose: draws that a block's proposer must not choose. Claims draw their nonce from prevrandao themselves and do not
/// wait for this.
/// Roles & powers: none. The beacon owns its VRF subscription and has no function to cancel it or to change coordinator.
/// Trust: the coordinator may stay silent; then the word comes from a block that nobody has seen when its answer stops
/// counting. It cannot choose a word.
/// Money: FEE of each draw goes to the subscription; what a draw leaves over pays for later ones. Anyone may add to it.
/// Liveness: after the fallback block anyone brings its header; if nobody does while the chain knows the hash, anyone names
/// another block.
/// Known hazards: who can keep the coordinator's answer out of every block until the fallback may draw once more, blindly.
/// On chains whose headers carry no randomness the fallback is none. A caller must fix what a word decides before it asks.
contract RandomnessBeacon is IRandomnessBeacon {
    struct Draw {
        uint64 answerUntil;
        uint64 fallbackBlock;
        bool drawn;
        bytes32 word;
    }

    /// @dev Of the callback: one storage word, one event.
    uint32 private constant CALLBACK_GAS = 100_000;
    /// @dev EIP-4399: prevrandao takes mixHash's place in a header.
    uint256 private constant MIX_HASH = 13;
    /// @dev EIP-2935: how many blocks' hashes a chain keeps.
    uint256 private constant HASHES_KEPT = 8_191;

    IVRFCoordinatorV2Plus public immutable COORDINATOR;
    /// @notice The beacon's own subscription.
    uint256 public immutable SUBSCRIPTION;
    bytes32 public immutable KEY_HASH;
    uint16 public immutable CONFIRMATIONS;
    /// @notice Blocks from asking to the fallback.
    uint64 public immutable TIMEOUT;
    /// @notice wei of native coin for a draw
    uint256 public immutable FEE;

    mapping(bytes32 draw => Draw) private _draws;
    mapping(uint256 requestId => bytes32 draw) private _drawOfRequest;

    /// @param keyHash       of the coordinator's proving key, which names its gas lane
    /// @param confirmations blocks on top of the request before it is answered
    constructor(IVRFCoordinatorV2Plus coordinator, bytes32 keyHash, uint16 confirmations, uint64 timeout, uint256 fee) {
        require(address(coordinator) != address(0), Beacon_ZeroAddress());
        require(timeout > 2 * uint256(confirmations), Beacon_TimeoutTooShort(timeout, 2 * uint256(confirmations) + 1));
        COORDINATOR = coordinator;
        KEY_HASH = keyHash;
        CONFIRMATIONS = confirmations;
        TIMEOUT = timeout;
        FEE = fee;
        uint256 subscription = coordinator.createSubscription();
        coordinator.addConsumer(subscription, address(this));
        SUBSCRIPTION = subscription;
    }

    /* ── ACTIONS ── */

    /// @inheritdoc IRandomnessBeacon
    function ask(bytes32 topic) external payable returns (bytes32 draw) {
        require(msg.value == FEE, Beacon_WrongFee(msg.value, FEE));
        draw = drawOf(msg.sender, topic);
        require(_draws[draw].fallbackBlock == 0, Beacon_AlreadyAsked(draw));
        uint64 fallbackBlock = uint64(block.number) + TIMEOUT;
        // INVARIANT: when the fallback block exists, the coordinator's answer no longer counts.
        _draws[draw] = Draw(fallbackBlock - 1, fallbackBlock, false, 0);
        emit DrawAsked(draw, msg.sender, topic, fallbackBlock);

        COORDINATOR.fundSubscriptionWithNative{value: msg.value}(SUBSCRIPTION);
        uint256 requestId = COORDINATOR.requestRandomWords(
            VRFV2PlusClient.RandomWordsRequest({
                keyHash: KEY_HASH,
                subId: SUBSCRIPTION,
                requestConfirmations: CONFIRMATIONS,
                callbackGasLimit: CALLBACK_GAS,
                numWords: 1,
                extraArgs: VRFV2PlusClient._argsToBytes(VRFV2PlusClient.ExtraArgsV1({nativePayment: true}))
            })
        );
        _drawOfRequest[requestId] = draw;
    }

    /// @notice The coordinator's answer to a request. VRF v2.5 calls this name.
    /// @dev Never reverts for the coordinator: a revert would be lost there, an event is seen.
    function rawFulfillRandomWords(uint256 requestId, uint256[] calldata randomWords) external {
        require(msg.sender == address(COORDINATOR), Beacon_NotCoordinator(msg.sender));
        bytes32 draw = _drawOfRequest[requestId];
        Draw storage $ = _draws[draw];
        if ($.drawn || block.number > $.answerUntil || randomWords.length == 0) {
            emit AnswerIgnored(draw);
            return;
        }
        _settle(draw, bytes32(randomWords[0]), true);
    }

    /// @inheritdoc IRandomnessBeacon
    function drawFromHeader(bytes32 draw, bytes calldata header) external returns (bytes32 word) {
        uint256 fallbackBlock = _openFallback(draw);
        require(block.number > fallbackBlock, Beacon_TooEarly(fallbackBlock));
        bytes32 wanted = _hashOf(fallbackBlock);
        require(wanted != 0, Beacon_HashForgotten(fallbackBlock));
        bytes32 found = keccak256(header);
        require(found == wanted, Beacon_WrongHeader(found, wanted));
        Memory.Slice[] memory fields = RLP.decodeList(header);
        word = keccak256(abi.encode(block.chainid, address(this), draw, RLP.readBytes32(fields[MIX_HASH])));
        _settle(draw, word, false);
    }

    /// @inheritdoc IRandomnessBeacon
    function postpone(bytes32 draw) external {
        uint256 fallbackBlock = _openFallback(draw);
        bool forgotten = block.number > fallbackBlock && _hashOf(fallbackBlock) == 0;
        require(forgotten, Beacon_NotForgotten(fallbackBlock));
        // The coordinator's answer stays without effect: who saw it must not choose between it and the next block.
        uint64 next = uint64(block.number) + TIMEOUT;
        _draws[draw].fallbackBlock = next;
        emit FallbackPostponed(draw, next);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IRandomnessBeacon
    /// @dev The asker is part of it, so that nobody can ask in another's place at a moment of his choice.
    function drawOf(address asker, bytes32 topic) public pure returns (bytes32) {
        return keccak256(abi.encode(asker, topic));
    }

    /// @inheritdoc IRandomnessBeacon
    function wordOf(bytes32 draw) external view returns (bytes32 word) {
        require(_draws[draw].drawn, Beacon_NotDrawn(draw));
        return _draws[draw].word;
    }

    /// @inheritdoc IRandomnessBeacon
    function stateOf(bytes32 draw) external view returns (uint256 answerUntil, uint256 fallbackBlock) {
        return (_draws[draw].answerUntil, _draws[draw].fallbackBlock);
    }

    /* ── INTERNALS ── */

    function _openFallback(bytes32 draw) private view returns (uint256 fallbackBlock) {
        fallbackBlock = _draws[draw].fallbackBlock;
        require(fallbackBlock != 0, Beacon_NotAsked(draw));
        require(!_draws[draw].drawn, Beacon_AlreadyDrawn(draw));
    }

    /// @dev What answers beyond the window on a chain of its own kind is not believed: it would never let postpone in.
    function _hashOf(uint256 number) private view returns (bytes32) {
        return block.number - number > HASHES_KEPT ? bytes32(0) : Blockhash.blockHash(number);
    }

    function _settle(bytes32 draw, bytes32 word, bool byCoordinator) private {
        _draws[draw].drawn = true;
        _draws[draw].word = word;
        emit Drawn(draw, word, byCoordinator);
    }
}
