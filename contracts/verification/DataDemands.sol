// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IDataDemands} from "../interfaces/IDataDemands.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {JobSpec} from "../libraries/JobSpec.sol";
import {JobTerms} from "../libraries/JobTerms.sol";
import {TensorProof} from "./judge/TensorProof.sol";

/// @title DataDemands
/// @notice Buys the publication of one tile of a job's inputs (DSP-92). Immutable, without owner, and no part of a verdict.
/// @dev    Holds exactly the fees of the open demands. State is written before ASY moves.
contract DataDemands is IDataDemands {
    using SafeERC20 for IERC20;

    uint256 public constant PERIOD = 6 hours;
    uint256 public constant MAX_OPEN = 16;
    uint256 public constant MIN_FEE = 1e18;
    /// @notice Deepest tree whose every leaf a 40-bit index can name.
    uint256 public constant MAX_DEPTH = 40;

    /// @dev DSP-03: Z_0.
    bytes32 private constant PADDING = keccak256(hex"02");

    IERC20 public immutable ASY;

    mapping(address demander => Demand) private _demands;
    mapping(bytes32 job => uint256) private _open;

    constructor(IERC20 asy) {
        ASY = asy;
    }

    /// @inheritdoc IDataDemands
    function demand(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        bool initial,
        bytes32[] calldata roots,
        uint16 tensor,
        uint40 index,
        uint96 fee
    ) external {
        bytes32 job = JobTerms.id(terms);
        _checkRoots(terms, spec, initial, roots);
        require(tensor < roots.length, Demand_NoSuchTensor(tensor, roots.length));
        require(fee >= MIN_FEE, Demand_FeeTooLow(fee, MIN_FEE));
        require(_demands[msg.sender].until == 0, Demand_AlreadyOpen(msg.sender));
        require(_open[job] < MAX_OPEN, Demand_JobFull(job, MAX_OPEN));
        uint40 until = uint40(block.timestamp + PERIOD);
        ++_open[job];
        _demands[msg.sender] = Demand(job, roots[tensor], fee, until, index, tensor, initial);
        emit Demanded(job, msg.sender, initial, tensor, index, roots[tensor], fee, until);
        ASY.safeTransferFrom(msg.sender, address(this), fee);
    }

    /// @inheritdoc IDataDemands
    function answer(address demander, uint8 dtype, bytes calldata data, bytes32[] calldata proof) external {
        Demand memory d = _demands[demander];
        require(d.until != 0, Demand_NotOpen(demander));
        require(block.timestamp < d.until, Demand_Late(block.timestamp, d.until));
        require(proof.length <= MAX_DEPTH, Demand_ProofTooLong(proof.length, MAX_DEPTH));
        // Every leaf of a tree is as deep as its proof is long, and tags keep leaves and nodes apart. So an index with bits
        // above the proof is answered too: any leaf shows that the tree ends before it.
        bytes32 leaf = dtype == 0 ? PADDING : TensorProof.leafOf(dtype, data);
        bytes32 found = TensorProof.rootOf(leaf, d.index, proof);
        require(found == d.root, Demand_WrongTile(found, d.root));
        _close(demander, d.job);
        emit Answered(d.job, demander, msg.sender, dtype, proof.length);
        ASY.safeTransfer(msg.sender, d.fee);
    }

    /// @inheritdoc IDataDemands
    function reclaim(address demander) external {
        Demand memory d = _demands[demander];
        require(d.until != 0, Demand_NotOpen(demander));
        require(block.timestamp >= d.until, Demand_Early(block.timestamp, d.until));
        _close(demander, d.job);
        emit Withheld(d.job, demander, d.initial, d.tensor, d.index);
        ASY.safeTransfer(demander, d.fee);
    }

    /// @inheritdoc IDataDemands
    function demandOf(address demander) external view returns (Demand memory) {
        return _demands[demander];
    }

    /// @inheritdoc IDataDemands
    function openOf(bytes32 job) external view returns (uint256) {
        return _open[job];
    }

    /// @dev The roots are those that the job's requester committed: dataRoot by CMT-01, initState by DSP-05 at step 0.
    function _checkRoots(
        uint256[6] calldata terms,
        bytes32[6] calldata spec,
        bool initial,
        bytes32[] calldata roots
    ) private pure {
        bytes32 specHash = JobSpec.hash(spec);
        require(specHash == JobTerms.specHash(terms), Demand_WrongSpec(specHash, JobTerms.specHash(terms)));
        bytes32 found = initial ? Commitments.state(0, roots) : keccak256(abi.encodePacked(bytes1(0x0f), roots));
        bytes32 wanted = spec[initial ? 2 : 1];
        require(found == wanted, Demand_WrongRoots(found, wanted));
    }

    function _close(address demander, bytes32 job) private {
        delete _demands[demander];
        --_open[job];
    }
}
