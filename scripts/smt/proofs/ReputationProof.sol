// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Reputation} from "../../../contracts/libraries/Reputation.sol";

/// @title ReputationProof
/// @notice Records stay within their 16 bits and scores below 10,000.
contract ReputationProof {
    function score(uint16 good, uint16 bad, uint16 day) external pure {
        uint256 found = Reputation.scoreDown(Reputation.Record(good, bad, day));
        assert(found <= Reputation.SCORE_MAX);
    }

    function sameDay(uint16 good, uint16 bad, uint16 day, uint8 weight) external pure {
        Reputation.Record memory record = Reputation.Record(good, bad, day);
        Reputation.succeed(record, day);
        assert(record.good == good);
        Reputation.fail(record, day, weight);
        assert(record.bad <= type(uint16).max && record.bad >= bad);
    }
}
