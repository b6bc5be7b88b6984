// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IProviderRegistry
/// @notice What providers say of their machines. See docs/spec/registry.md for the numbered rules (REG-xx).
interface IProviderRegistry {
    /* ── TYPES ── */

    /// @notice A provider's own description. What is false in it can be brought before the slashing manager (FalseCapability).
    /// @param provider     the staked account
    /// @param sequence     above that of the record before
    /// @param capabilities one bit for each capability of docs/spec/registry.md
    /// @param memoryClass  c for at least 2^c GiB of device memory that one job may use
    /// @param expiry       Unix time until which it holds
    /// @param pricePerHour a hint, smallest unit of ASY for an hour of the machine
    /// @param endpoint     where the provider can be asked, at most 200 bytes
    struct Record {
        address provider;
        uint32 sequence;
        uint64 capabilities;
        uint8 memoryClass;
        uint40 expiry;
        uint96 pricePerHour;
        string endpoint;
    }

    /* ── ERRORS ── */

    error Registry_ZeroAddress();
    /// @notice Neither the provider nor one of its operators.
    error Registry_NotOperator(address provider, address found);
    error Registry_BadSignature(address signer);
    /// @notice A newer record is there already.
    error Registry_OldSequence(uint256 found, uint256 last);
    error Registry_Expired(uint256 expiry, uint256 now_);
    error Registry_ExpiryTooFar(uint256 expiry, uint256 max);
    error Registry_EndpointTooLong(uint256 found, uint256 max);

    /* ── EVENTS ── */

    event RecordSet(
        address indexed provider,
        uint256 sequence,
        uint64 capabilities,
        uint8 memoryClass,
        uint256 expiry,
        uint256 pricePerHour,
        string endpoint
    );

    /* ── WRITES ── */

    /// @notice Publishes the record of a provider. The sender is the provider or one of its operators.
    function setRecord(Record calldata record) external;

    /// @notice Publishes a record that the provider signed (EIP-712). Anyone may bring it.
    function setSignedRecord(Record calldata record, bytes calldata signature) external;

    /* ── VIEWS ── */

    /// @notice What a provider's machines can do now; zero once its record has expired.
    /// @param provider the staked account
    /// @return capabilities one bit for each capability
    /// @return memoryClass  c for at least 2^c GiB of device memory
    function capabilitiesOf(address provider) external view returns (uint64 capabilities, uint8 memoryClass);

    /// @notice The record that was set last, whether it has expired or not. The endpoint and the price are in its event.
    function recordOf(
        address provider
    ) external view returns (uint32 sequence, uint64 capabilities, uint8 memoryClass, uint40 expiry);
}
