// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title ElementOps
/// @notice One function per opcode whose result depends on single elements of its inputs: the table of
///         docs/spec/exact.md in exact integers, before saturation. Total: no argument makes one of them revert.
/// @dev    Elements are int32 and attributes int64, so nothing here comes near the ends of int256; `unchecked` saves the
///         checks that could never fail.
library ElementOps {
    int256 internal constant MAX_SHIFT = 24;

    function add(int256 x, int256 y) internal pure returns (int256) {
        unchecked {
            return x + y;
        }
    }

    function sub(int256 x, int256 y) internal pure returns (int256) {
        unchecked {
            return x - y;
        }
    }

    function mulc(int256 x, int256 factor) internal pure returns (int256) {
        unchecked {
            return x * factor;
        }
    }

    /// @dev The lower limit is tried first; that decides where a bad program gives low > high.
    function clip(int256 x, int256 low, int256 high) internal pure returns (int256) {
        if (x < low) return low;
        return x > high ? high : x;
    }

    function relu(int256 x) internal pure returns (int256) {
        return x > 0 ? x : int256(0);
    }

    function maskGt0(int256 x, int256 y) internal pure returns (int256) {
        return y > 0 ? x : int256(0);
    }

    function eq(int256 x, int256 y) internal pure returns (int256) {
        return x == y ? int256(1) : int256(0);
    }

    function gt(int256 x, int256 y) internal pure returns (int256) {
        return x > y ? int256(1) : int256(0);
    }

    /// @notice Rounding half-up shift by `shift`, clamped to -24..24; a shift below 0 multiplies.
    function rhu(int256 x, int256 shift) internal pure returns (int256) {
        int256 s = clip(shift, -MAX_SHIFT, MAX_SHIFT);
        unchecked {
            if (s <= 0) return x << uint256(-s);
            return (x + (int256(1) << uint256(s - 1))) >> uint256(s);
        }
    }

    function expAdd(int256 a, int256 b, int256 constant_) internal pure returns (int256) {
        unchecked {
            return a + b + constant_;
        }
    }

    /// @notice Smallest s in 0..24 with max <= limit * 2^s; 24 if there is none.
    function expNorm(int256 max, int256 limit) internal pure returns (int256 s) {
        unchecked {
            while (s < MAX_SHIFT && max > limit << uint256(s)) s++;
        }
    }

    /// @notice floor(n / d); 0 where n < 0 or d <= 0.
    function intDiv(int256 n, int256 d) internal pure returns (int256) {
        return d <= 0 || n < 0 ? int256(0) : n / d;
    }

    /// @notice Index into a table of `length` entries.
    function lutIndex(int256 x, uint256 length) internal pure returns (uint256) {
        return uint256(clip(x, 0, int256(length) - 1));
    }

    /// @notice DSP-11: the draw of batch row `b` of step `step`; the row that it loads is this modulo the rows.
    function draw(bytes32 nonce, uint64 step, uint32 b) internal pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(bytes1(0x08), nonce, step, b)));
    }

    /// @notice Row of the data set that batch row `b` of step `step` loads, in the sequential order.
    function sequentialRow(uint256 step, uint256 batch, uint256 b, uint256 rows) internal pure returns (uint256) {
        return (step * batch + b) % rows;
    }
}
