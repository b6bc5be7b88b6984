// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Puppet} from "./Puppet.sol";

/// @notice Many accounts whose calls fit into one transaction, so that an invariant run can make very many of them.
contract Crowd {
    struct Call {
        uint256 who;
        address target;
        bytes data;
    }

    /// @notice One bit for each call that went through, and what each of the others was refused with.
    event Played(uint256 count, uint256 passed, bytes4[] reasons);

    /// @dev What is left for the report of the calls.
    uint256 private constant RESERVE = 1_500_000;

    Puppet[] private _puppets;

    constructor(uint256 count) {
        for (uint256 i; i < count; ++i) {
            _puppets.push(new Puppet());
        }
    }

    /// @notice Makes the calls in order, until the gas or the 256 bits of the report are used up.
    function play(Call[] calldata calls) external {
        bytes4[] memory reasons = new bytes4[](calls.length);
        uint256 passed;
        uint256 i;
        for (; i < calls.length && i < 256 && gasleft() > RESERVE; ++i) {
            Call calldata one = calls[i];
            (bool done, bytes4 reason) = _puppets[one.who].run(one.target, one.data);
            if (done) passed |= 1 << i;
            else reasons[i] = reason;
        }
        emit Played(i, passed, reasons);
    }

    function puppets() external view returns (Puppet[] memory) {
        return _puppets;
    }
}
