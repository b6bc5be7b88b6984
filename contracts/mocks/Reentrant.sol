// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICallbackHook} from "./CallbackToken.sol";

/// @notice An account that, when a token calls it back, calls the market again with prepared calldata.
contract Reentrant is ICallbackHook {
    address public immutable MARKET;
    bytes public prepared;
    /// @notice Whether the call made from inside the callback succeeded, and what it returned.
    bool public entered;
    bytes public answer;

    constructor(address market) {
        MARKET = market;
    }

    function prepare(bytes calldata call) external {
        prepared = call;
    }

    function act(address target, bytes calldata call) external returns (bytes memory) {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory returned) = target.call(call);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(returned, 32), mload(returned))
            }
        }
        return returned;
    }

    function approve(IERC20 token) external {
        token.approve(MARKET, type(uint256).max);
    }

    function onTransfer() external {
        if (prepared.length == 0) return;
        bytes memory call = prepared;
        delete prepared;
        // solhint-disable-next-line avoid-low-level-calls
        (entered, answer) = MARKET.call(call);
    }
}
