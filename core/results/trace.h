#pragma once
// What playback shows: the state of everything at regular instants of one traced scenario run, beside the
// rare events of SimulationResult::events. A value; indices refer to Trace::nodes and Trace::links.

#include "core/graph/member_roles.h"
#include "core/results/simulation_result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace alwayson {

enum class NodeState : std::uint8_t { up, slow, errors, down, recovering };

struct NodeFrame {
    NodeState state = NodeState::up;
    std::string mode;       // failure mode id or effect while not up: "crash"
    float sinceS = 0;       // when the state began
    float busyShare = 0;    // busy workers / workers over the last step, 0..1
    float queue = 0;        // waiting now
    float requestsPerS = 0; // arrivals over the last step
    float failedPerS = 0;
    MemberRole role = MemberRole::none; // now; none also where the run does not follow roles
    float badShare = 0;                 // of its answers are errors: it runs a bad version
    bool apart = false; // a former source that its replication set went on without; nothing flows to it
    // And it holds commits that the set does not, which has been found: it and the source hear each other,
    // and it stays out until its data is sorted out. Before that nobody can know, and this is false.
    bool diverged = false;
    // Of members of a replication set: a write sent to it now may be committed. False for the source that its
    // lease has left, that was shut off or whose group has no majority, and for those that only follow; true
    // for a former source that knows of no other. Of all other nodes: true, and it means nothing.
    bool takesWrites = true;
};

// What a balancer sees of a server.
struct ViewFrame {
    std::uint32_t observer = 0;
    std::uint32_t target = 0;
    bool up = true;
    std::uint16_t failedChecks = 0; // in a row, while still up
    std::uint16_t fall = 3;
    std::uint16_t passedChecks = 0; // in a row, while down
    std::uint16_t rise = 2;
};

// How an attempt failed, as its caller sees it. noConnection: none within the time allowed for it.
enum class AttemptFailure : std::uint8_t { none, refused, reset, noConnection, noAnswer, error };

struct LinkFrame {
    std::uint32_t link = 0;
    std::uint32_t fromNode = 0; // the concrete ends when link ends are groups
    std::uint32_t toNode = 0;
    float requestsPerS = 0;                        // attempts over the last step
    float failedPerS = 0;                          // refused, reset, timed out or answered with an error
    AttemptFailure failure = AttemptFailure::none; // the last of them
};

// A stream of changes that a replica copies.
struct ReplicationFrame {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    float lagS = 0;      // how far the replica is behind what the source committed
    bool flowing = true; // false: broken, the lag grows
};

struct Frame {
    double atS = 0;
    std::vector<NodeFrame> nodes;
    std::vector<ViewFrame> views;
    std::vector<LinkFrame> links;
    std::vector<ReplicationFrame> replication;
};

struct Trace {
    double stepS = 0.1;
    std::vector<std::string> nodes; // ids
    std::vector<std::string> links; // ids
    std::vector<Frame> frames;      // frame i is at i * stepS
};

} // namespace alwayson
