// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IQuadraticGrants
/// @notice Rounds in which staked ASY shares a budget among projects. Rules: docs/spec/grants.md (GRT-xx).
interface IQuadraticGrants {
    /* ── TYPES ── */

    /// @notice One round. Times are Unix seconds, amounts the smallest unit of their token.
    /// @param token what is paid
    /// @param snapshot voices are looked up here and HOLDING before
    /// @param votingStart projects come before it, votes from it on
    /// @param votingEnd votes come before it
    /// @param budget all that the round can pay
    /// @param paid what it has paid
    /// @param votes all votes of all projects
    /// @param bond what a project puts up, ASY
    /// @param projects how many there are; they count from zero
    /// @param swept whether the rest went back to the treasury
    struct Round {
        address token;
        uint40 snapshot;
        uint40 votingStart;
        uint128 budget;
        uint128 paid;
        uint128 votes;
        uint96 bond;
        uint32 projects;
        uint40 votingEnd;
        bool swept;
    }

    /// @notice One project of a round.
    struct Project {
        address beneficiary;
        bool settled;
        bool struck;
        uint128 asked;
        uint128 votes;
        address proposer;
    }

    /* ── ERRORS ── */

    error Grants_ZeroAddress();
    error Grants_ZeroAmount();
    /// @notice The contract does not hold the budget beyond what it owes.
    error Grants_Unfunded(address token, uint256 free, uint256 wanted);
    /// @notice The round does not stand where the call needs it.
    error Grants_OutOfTime(uint256 now_, uint256 from, uint256 to);
    error Grants_UnknownRound(uint256 round);
    error Grants_UnknownProject(uint256 round, uint256 project);
    error Grants_VoiceTooSmall(address account, uint256 voice, uint256 min);
    error Grants_Struck(uint256 round, uint256 project);
    error Grants_Settled(uint256 round, uint256 project);
    error Grants_Swept(uint256 round);
    error Grants_TimesOutOfRange(uint256 votingStart, uint256 votingEnd);

    /* ── EVENTS ── */

    event RoundOpened(
        uint256 indexed round,
        address indexed token,
        uint256 budget,
        uint256 bond,
        uint256 snapshot,
        uint256 votingStart,
        uint256 votingEnd
    );
    event ProjectProposed(
        uint256 indexed round,
        uint256 indexed project,
        address indexed beneficiary,
        address proposer,
        uint256 asked,
        bytes32 description
    );
    event GrantVoted(
        uint256 indexed round,
        uint256 indexed project,
        address indexed voter,
        uint256 credits,
        uint256 votes
    );
    event ProjectStruck(uint256 indexed round, uint256 indexed project);
    event ProjectSettled(uint256 indexed round, uint256 indexed project, uint256 amount, bool bondReturned);
    event RoundSwept(uint256 indexed round, uint256 amount);

    /* ── WRITES ── */

    /// @notice Opens a round over a budget that the contract holds already. Governance only.
    function openRound(
        address token,
        uint128 budget,
        uint96 bond,
        uint40 votingStart,
        uint40 votingEnd
    ) external returns (uint256 round);

    /// @notice Refuses a project before it is paid; its bond goes to the treasury. The guardian.
    function strike(uint256 round, uint256 project) external;

    /// @notice Puts a project up before the voting starts, with the round's bond (ASY, approved to this contract).
    /// @param asked the most it wants
    /// @param description hash of what was published about it
    function proposeProject(
        uint256 round,
        address beneficiary,
        uint128 asked,
        bytes32 description
    ) external returns (uint256 project);

    /// @notice Spends credits of the sender's voice for a project. Can be added to, never taken back.
    /// @return votes that the project gained
    function voteGrant(uint256 round, uint256 project, uint96 credits) external returns (uint256 votes);

    /// @notice Pays a project and ends its bond, once, after the review. Anyone may call.
    function settleProject(uint256 round, uint256 project) external returns (uint256 amount);

    /// @notice Sends what nobody claimed back to the treasury, once, after the claiming time. Anyone may call.
    function sweepRound(uint256 round) external returns (uint256 amount);

    /* ── VIEWS ── */

    /// @notice Credits of an account in a round: the smaller of its staked votes at the snapshot and HOLDING before.
    function voiceOf(uint256 round, address account) external view returns (uint256 voice, uint256 spent);
    /// @notice What the project would be paid if the votes stayed as they are.
    function shareOf(uint256 round, uint256 project) external view returns (uint256 amount);
    function roundOf(uint256 round) external view returns (Round memory);
    function projectOf(uint256 round, uint256 project) external view returns (Project memory);
    function roundCount() external view returns (uint256);
    /// @notice What the contract owes of a token: unpaid budgets and bonds. Never above its balance.
    function reservedOf(address token) external view returns (uint256);
}
