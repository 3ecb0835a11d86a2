#pragma once
// Findings about load: what can be carried, by how many, and queues before it.

#include "tests/core/validate/rule_cases.h"

namespace alwayson::test {

inline std::vector<Case> capacityCases() {
    using S = Severity;
    // 4 servers of 8 workers / 12 ms: 666.7/s each.
    return {
        {"capacity.overload",
         S::error,
         "web1",
         "web1 (and 3 like it) gets 675/s and can carry 667/s",
         {{"nodes/shoppers/parameters/rate_per_s", 2700}},
         {{"nodes/shoppers/parameters/rate_per_s", 2600}}},
        {"capacity.near_limit",
         S::hint,
         "web1",
         "90 % busy",
         {{"nodes/shoppers/parameters/rate_per_s", 2400}},
         {{"nodes/shoppers/parameters/rate_per_s", 2200}}},
        {"capacity.survivors_overloaded",
         S::warning,
         "web",
         "the other 3 members of web get 2200/s together: 110 % of what they can carry.",
         {{"nodes/shoppers/parameters/rate_per_s", 2200}},
         {{"nodes/shoppers/parameters/rate_per_s", 1700}}},
        {"capacity.survivors_overloaded",
         S::warning,
         "web",
         "1900/s together: 95 % of what they can carry: queues grow, and close to 100 % answers come too "
         "late.",
         {{"nodes/shoppers/parameters/rate_per_s", 1900}},
         {{"nodes/shoppers/parameters/rate_per_s", 1790}}},
        {"capacity.survivors_overloaded",
         S::warning,
         "web",
         "102 % of what they can carry. Availability counts that as up, as 95 % of the requests are enough: "
         "the rest is refused or too late.",
         {{"nodes/shoppers/parameters/rate_per_s", 2040}},
         {{"nodes/shoppers/parameters/rate_per_s", 1700}}},
        {"capacity.survivors_overloaded", S::warning, "web",
         "They are not served: a full queue lasts longer than callers wait, so hardly any answer comes in "
         "time.",
         std::vector<Change>{{"nodes/shoppers/parameters/rate_per_s", 2040}} +
             servers("parameters", {{"queue_limit", 1000}}),
         servers("parameters", {{"queue_limit", 1000}})},
        {"capacity.place_loss_overload",
         S::warning,
         "web",
         "eu-a is lost with 2 members, the other 2 members of web get 1500/s together: 112 % of what they "
         "can carry.",
         {{"nodes/shoppers/parameters/rate_per_s", 1500}},
         {{"nodes/shoppers/parameters/rate_per_s", 1100}}},
        {"capacity.place_loss_overload",
         S::warning,
         "web",
         "the other 2 members of web get 1280/s together: 96 % of what they can carry: queues grow",
         {{"nodes/shoppers/parameters/rate_per_s", 1280}},
         {{"nodes/shoppers/parameters/rate_per_s", 1190}}},
        {"capacity.slow_callee", S::warning, "web1",
         "When dep is slow (20 times), web1 (and 3 like it) can carry 31.", slowCallee(20), slowCallee(2)},
        {"capacity.lost_cache", S::warning, "web1", "Without cache1, web1 (and 3 like it) can carry 71",
         cacheBefore(100), cacheBefore(20)},
        {"capacity.unbounded_queue",
         S::hint,
         "web1",
         "has no limit",
         {{"nodes/web1/parameters/queue_limit", kUnset}},
         {{"nodes/web1/parameters/queue_limit", 100}}},
        {"capacity.users_wait",
         S::hint,
         "shoppers",
         "they ask at most 19.9/s",
         {{"nodes/shoppers/parameters/arrivals", "users"}},
         {{"nodes/shoppers/parameters/users", 5}}},
        {"capacity.queue_too_long",
         S::warning,
         "web1",
         "A full queue of 3000 requests before web1 means 4.5 s of waiting, longer than callers wait (1 s)",
         {{"nodes/web1/parameters/queue_limit", 3000}},
         {{"nodes/web1/parameters/queue_limit", 600}}},
        {"capacity.queue_too_long",
         S::warning,
         "web1",
         "A full queue of 1000 requests before web1 means 1.5 s",
         {{"nodes/web1/parameters/queue_limit", 1000}},
         {{"nodes/web1/parameters/queue_limit", 1000},
          {"nodes/shoppers/parameters/attempt_timeout_ms", 1600}}},
        // An attempt is given up before the deadline; a balancer holds what its client has given up.
        {"capacity.queue_too_long",
         S::warning,
         "web1",
         "A full queue of 1000 requests",
         {{"nodes/web1/parameters/queue_limit", 1000}, {"nodes/web1/parameters/cancels_abandoned", true}},
         {{"nodes/web1/parameters/queue_limit", 1000}, {"nodes/web1/parameters/queue_order", "lifo"}}},
        {"capacity.maxconn_below_workers", S::warning, "lb1", "which can serve 8", both("server_maxconn", 3),
         both("server_maxconn", 4)},
    };
}

} // namespace alwayson::test
