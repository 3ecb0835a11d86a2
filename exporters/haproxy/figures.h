#pragma once
#include "core/base/quantity.h"
#include "core/model/design.h"

#include <optional>
#include <string>

namespace alwayson::exporters::haproxy {

// From the event until HAProxy knows: any moment of the window is equally likely.
struct Window {
    Duration from;
    Duration to;
    std::string shown() const; // "4.0 s to 6.0 s"
};

// What the simulator makes of the health-check timers of one balancer. nullopt: it never notices.
struct Figures {
    std::optional<Window> refused; // process killed, the port refuses
    std::optional<Window> hang;    // the port accepts, nothing answers
    std::optional<Window> gone;    // packets vanish
    std::optional<Window> back;    // a server that was refusing works again
};

// The timers as written: pauses that are not set are those of check_inter_ms.
struct CheckTimers {
    Duration inter, fastinter, downinter;
    std::optional<Duration> timeout; // nullopt: connection and answer share inter
    Duration connect;
    long long fall = 3;
    long long rise = 2;
};
CheckTimers checkTimersOf(const Parameters& balancer);

// The law of core/structure/detection.h, which the simulator is held to as well. `asks`: whatever the
// design's type of check, a question is asked that a server which hangs does not answer.
Figures figuresOf(const Node& balancer, bool asks = false);

} // namespace alwayson::exporters::haproxy
