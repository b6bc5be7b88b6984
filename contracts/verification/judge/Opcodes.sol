// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Opcodes
/// @notice Numbers of the operator table of docs/spec/exact.md. Final; new operators take new numbers.
library Opcodes {
    uint8 internal constant DATALOAD = 1;
    uint8 internal constant MATMUL = 2;
    uint8 internal constant ADD = 3;
    uint8 internal constant SUB = 4;
    uint8 internal constant MULC = 5;
    uint8 internal constant CLIP = 6;
    uint8 internal constant RELU = 7;
    uint8 internal constant MASKGT0 = 8;
    uint8 internal constant EQ = 9;
    uint8 internal constant GT = 10;
    uint8 internal constant RHU = 11;
    uint8 internal constant EXPADD = 12;
    uint8 internal constant EXPNORM = 13;
    uint8 internal constant TILEMAX = 14;
    uint8 internal constant TILEMAXABS = 15;
    uint8 internal constant ROWMAX16 = 16;
    uint8 internal constant ROWSUM16 = 17;
    uint8 internal constant LUT = 18;
    uint8 internal constant INTDIV = 19;
    uint8 internal constant CHAIN = 20;
    uint8 internal constant RESHAPE = 21;
    uint8 internal constant UNSTACK = 22;
    uint8 internal constant IM2COL = 23;
    uint8 internal constant KFLIP = 24;
    uint8 internal constant POOLKEY = 25;
    uint8 internal constant POOLMAX = 26;
    uint8 internal constant UNPOOL = 27;

    /// @notice Bit of `flags`: an RHU record ends with CLIP(attrs[2], attrs[3]).
    uint8 internal constant FLAG_CLIP = 1;
}
