// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IProviderRegistry
/// @notice What the marketplace asks the provider registry when a job wants more of a provider than stake and reputation.
interface IProviderRegistry {
    /// @notice What a provider says of its machines, as it signed it last.
    /// @param provider the staked account
    /// @return capabilities one bit for each capability of docs/spec/market.md, zero if nothing was said
    /// @return memoryClass  c for at least 2^c GiB of device memory that one job may use, zero if nothing was said
    function capabilitiesOf(address provider) external view returns (uint64 capabilities, uint8 memoryClass);
}
