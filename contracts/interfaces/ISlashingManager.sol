// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title ISlashingManager
/// @notice The only way in which stake is lost. See docs/spec/slashing.md for the numbered rules (SLH-xx).
interface ISlashingManager {
    /* ── TYPES ── */

    /// @notice Why stake is lost. The value is part of events and never renumbered.
    enum Reason {
        None,
        Late, // proof: a claimed job was not delivered in time
        Rejected, // proof: a verification strategy rejected the result
        DataWithheld, // evidence: inputs or outputs were not served
        FalseCapability, // evidence: the provider's record claims what its machine cannot do
        Collusion, // evidence: results were copied or arranged
        Rescued // proof: not delivered in time, and another provider took over
    }

    /// @notice How a reason is priced, in 1/10,000. `cap` is the largest loss: of the bond for a proof, of the stake for
    ///         evidence. The other shares are of the bond or of the case's amount; what they leave of the loss is burned.
    ///         `failures` is what it adds to the provider's record (Reputation).
    struct Shares {
        uint16 cap;
        uint16 toRequester;
        uint16 toFinder;
        uint16 toAudit;
        uint16 failures;
    }

    enum CaseStatus {
        None,
        Open, // may be appealed until `deadline`, is executed after it
        Appealed, // waits for a decision until `deadline`, lapses after it
        Upheld, // the appeal failed: may be executed until `deadline`, lapses after it
        Executed,
        Vetoed,
        Lapsed
    }

    /// @notice A slash on evidence that is not a proof.
    /// @param amount   of the provider's stake that is held for it, ASY
    /// @param deadline Unix time; what it ends depends on the status
    struct Case {
        address provider;
        uint96 amount;
        address victim;
        uint40 deadline;
        Reason reason;
        CaseStatus status;
    }

    /* ── ERRORS ── */

    error Slashing_ZeroAddress();
    error Slashing_NotMarket(address found, address wanted);
    /// @notice The reason does not belong to this path: proofs are slashed by the market, evidence by cases.
    error Slashing_WrongReason(Reason found);
    /// @notice The provider has no free stake that a case could hold, or the case asks for nothing.
    error Slashing_NothingToHold(address provider);
    /// @notice A case of this reason against this provider is under way already.
    error Slashing_CaseUnderWay(uint256 id);
    error Slashing_WrongStatus(uint256 id, CaseStatus found);
    error Slashing_NotProvider(address found, address wanted);
    error Slashing_TooEarly(uint256 from, uint256 now_);
    error Slashing_TooLate(uint256 deadline, uint256 now_);
    error Slashing_DelayOutOfRange(uint256 found, uint256 min, uint256 max);

    /* ── EVENTS ── */

    // What is lost, and to whom, is told by the staking manager's BondForfeited, which carries the reason.
    event CaseOpened(
        uint256 indexed id,
        address indexed provider,
        Reason indexed reason,
        address victim,
        uint256 amount,
        uint256 deadline,
        bytes32 evidence
    );
    event CaseAppealed(uint256 indexed id, uint256 deadline, bytes32 statement);
    event AppealRefused(uint256 indexed id, uint256 deadline);
    event CaseExecuted(uint256 indexed id);
    event CaseVetoed(uint256 indexed id);
    event CaseLapsed(uint256 indexed id);
    event DelaySet(uint256 previous, uint256 current);

    /* ── PROOFS ── */

    /// @notice Ends the bond of a job that ended badly, at once. Only the market.
    /// @param bond what the job had locked, ASY; what is not lost of it is free again
    /// @param finder who proved it, or zero
    /// @return lost what the provider lost
    function slash(
        Reason reason,
        address provider,
        uint256 bond,
        address requester,
        address finder
    ) external returns (uint256 lost);

    /* ── EVIDENCE ── */

    /// @notice Opens a case: holds stake of the provider, at most the reason's cap and what is free, until it ends.
    /// @param victim who gets the requester's share
    /// @param wanted ASY
    /// @param evidence hash of what is published about it
    function openCase(
        Reason reason,
        address provider,
        address victim,
        uint256 wanted,
        bytes32 evidence
    ) external returns (uint256 id);

    /// @notice The provider objects, within the delay. The case then waits for `refuseAppeal`, and lapses without it.
    function appeal(uint256 id, bytes32 statement) external;

    /// @notice Decides against an appeal: the case may be executed.
    function refuseAppeal(uint256 id) external;

    /// @notice Ends a case without loss.
    function veto(uint256 id) external;

    /// @notice Slashes once the delay is over without an appeal, or an appeal was refused. Anyone may call.
    function executeCase(uint256 id) external;

    /// @notice Ends a case on which nobody acted in time, without loss. Anyone may call.
    function lapse(uint256 id) external;

    /* ── GOVERNANCE ── */

    /// @notice Time in which a case may be appealed, for cases opened later. Seconds.
    function setDelay(uint256 delay) external;

    /* ── VIEWS ── */

    function sharesOf(Reason reason) external pure returns (Shares memory);
    function caseOf(uint256 id) external view returns (Case memory);
    /// @notice The case under way, or zero.
    function openCaseOf(address provider, Reason reason) external view returns (uint256 id);
    function delay() external view returns (uint256);
}
