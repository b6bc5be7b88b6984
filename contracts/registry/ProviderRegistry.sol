// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Managed} from "../access/Managed.sol";
import {IProviderRegistry} from "../interfaces/IProviderRegistry.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";
import {TypedData} from "../libraries/TypedData.sol";

/// @title ProviderRegistry
/// @notice What providers say of their machines, so that requesters can ask for it and front ends can list it.
///
/// Purpose: the marketplace compares a job's demands with a provider's record when the job is claimed.
/// Storage: one slot for each provider; endpoint and price hint are in the event only.
/// Roles & powers: a provider, its operators and whoever brings the provider's signature set its record; the authority may
/// only upgrade.
/// Trust: nobody checks a record when it is set. Who claims a job with a false one risks its bond at the job's deadline and
/// a case of FalseCapability.
/// Hazard: a signed record can be brought by anyone until it expires or a newer one is set.
contract ProviderRegistry is Managed, IProviderRegistry {
    uint256 public constant MAX_ENDPOINT = 200;
    uint256 public constant MAX_LIFE = 366 days;
    string public constant NAME = "Assay provider registry";

    bytes32 public constant RECORD_TYPE = keccak256(
        "Record(address provider,uint32 sequence,uint64 capabilities,uint8 memoryClass,uint40 expiry,"
        "uint96 pricePerHour,string endpoint)"
    );

    IStakingManager public immutable STAKING;

    /// @dev One slot.
    struct Entry {
        uint32 sequence;
        uint64 capabilities;
        uint8 memoryClass;
        uint40 expiry;
    }

    /// @custom:storage-location erc7201:assay.storage.ProviderRegistry
    struct Storage {
        mapping(address provider => Entry) entries;
    }

    // keccak256(abi.encode(uint256(keccak256("assay.storage.ProviderRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_SLOT = 0xf18fdf2f8ec51b72d6d04fccc845cb060a4e2c03f320240401d827e8abfd2700;

    constructor(IStakingManager staking) {
        require(address(staking) != address(0), Registry_ZeroAddress());
        STAKING = staking;
    }

    /// @notice Sets the authority. Called once, by the proxy's deployment.
    function initialize(address authority_) external initializer {
        __AccessManaged_init(authority_);
    }

    /* ── WRITES ── */

    /// @inheritdoc IProviderRegistry
    function setRecord(Record calldata record) external {
        require(STAKING.isOperator(record.provider, msg.sender), Registry_NotOperator(record.provider, msg.sender));
        _set(record);
    }

    /// @inheritdoc IProviderRegistry
    function setSignedRecord(Record calldata record, bytes calldata signature) external {
        bytes32 hash = keccak256(
            abi.encode(
                RECORD_TYPE,
                record.provider,
                record.sequence,
                record.capabilities,
                record.memoryClass,
                record.expiry,
                record.pricePerHour,
                keccak256(bytes(record.endpoint))
            )
        );
        bytes32 digest = TypedData.digest(keccak256(bytes(NAME)), keccak256("1"), hash);
        require(
            record.provider != address(0) && TypedData.isSigned(record.provider, digest, signature),
            Registry_BadSignature(record.provider)
        );
        _set(record);
    }

    /* ── VIEWS ── */

    /// @inheritdoc IProviderRegistry
    function capabilitiesOf(address provider) external view returns (uint64 capabilities, uint8 memoryClass) {
        Entry memory entry = _storage().entries[provider];
        if (block.timestamp > entry.expiry) return (0, 0);
        return (entry.capabilities, entry.memoryClass);
    }

    /// @inheritdoc IProviderRegistry
    function recordOf(
        address provider
    ) external view returns (uint32 sequence, uint64 capabilities, uint8 memoryClass, uint40 expiry) {
        Entry memory entry = _storage().entries[provider];
        return (entry.sequence, entry.capabilities, entry.memoryClass, entry.expiry);
    }

    /// @notice The EIP-712 domain of records (EIP-5267).
    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return (hex"0f", NAME, "1", block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /// @notice Semantic version of this implementation.
    function version() external pure override returns (string memory) {
        return "1.0.0";
    }

    /* ── INTERNALS ── */

    function _set(Record calldata record) private {
        Entry storage entry = _storage().entries[record.provider];
        // INVARIANT REG-02: each record replaces an older one, so none can be brought twice
        require(record.sequence > entry.sequence, Registry_OldSequence(record.sequence, entry.sequence));
        require(record.expiry > block.timestamp, Registry_Expired(record.expiry, block.timestamp));
        uint256 latest = block.timestamp + MAX_LIFE;
        require(record.expiry <= latest, Registry_ExpiryTooFar(record.expiry, latest));
        uint256 length = bytes(record.endpoint).length;
        require(length <= MAX_ENDPOINT, Registry_EndpointTooLong(length, MAX_ENDPOINT));
        entry.sequence = record.sequence;
        entry.capabilities = record.capabilities;
        entry.memoryClass = record.memoryClass;
        entry.expiry = record.expiry;
        emit RecordSet(
            record.provider,
            record.sequence,
            record.capabilities,
            record.memoryClass,
            record.expiry,
            record.pricePerHour,
            record.endpoint
        );
    }

    function _storage() private pure returns (Storage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE_SLOT
        }
    }
}
