#pragma once
// The few words that stand on cards, tabs, links and bubbles. Pure: values in, text out.

#include "core/graph/member_roles.h"
#include "core/model/design.h"
#include "core/results/check_report.h"
#include "core/results/trace.h"

#include <QString>
#include <QStringList>

#include <utility>
#include <vector>

namespace alwayson::gui::words {

// To so many decimal digits, for the end of a range: never into it.
double roundedOut(double value, int digits, bool up);
// "400/s", "1.2k/s".
QString rate(double perSecond);
// "4.1 s", "12 s", "3 min 20 s".
QString elapsed(double seconds);
// The one fact that matters when nothing runs: "400/s · 90 % reads", "leastconn", "8 workers · 12 ms".
QString fact(const Node& node);
// While running: "crashed 4.1 s ago", "120/s · 3 wait", "398/s · 12 fail", "lag 0.08 s · 90/s".
QString liveFact(const Node& node, const NodeFrame& frame, double atS, double lagS = -1);
// What is wrong with one that works: "bad version", "read-only" (a source that takes no writes),
// "out: data differs", "still takes writes", "not rejoined", "far behind" (a replica, farBehindS); ""
// nothing.
QString harm(const NodeFrame& frame, bool farBehind = false);
// Seconds from which on a replica is far behind: older than a class of readers bears (max_staleness_ms), or
// than the manager of its set promotes (Promotes at a lag up to), whichever is less; 10 s where nothing
// says so.
double farBehindS(const Design& design, const Node& replica);
// Of a node of the trace: how far it is behind what it copies, s; negative when it copies nothing.
double lagOf(const Frame& frame, std::size_t node);
// Only the state, for tooltips and screen readers: "works", "process crash since 60.0 s".
QString stateSentence(const Node& node, const NodeFrame& frame, double atS);
// "active", "source", "replica"; members of group replication are "primary" and "secondary".
QString roleTitle(const Design& design, const Node& node, MemberRole role);
bool leads(MemberRole role); // active, source, leader
// Gets no requests in this role: a standby, a replica where reads go to the source.
bool standsBy(const Design& design, const Node& node, MemberRole role);
// "replicates · lag 0.08 s", "broken · lag 12 s".
QString stream(const ReplicationFrame& frame);
// What happened to attempts: "refused", "got no connection in time", "answered with errors".
QString attemptFailure(AttemptFailure failure);
// "web · pool · one alone runs at 85 %": policy and consequence from the report's loads; the report may be
// null.
QString groupTab(const Design& design, const Group& group, const CheckReport* report);
// In a run: "web · 2 of 4 work, busiest 65 %". `busiest`: 0..1, negative when nobody is.
QString groupTabNow(const Group& group, std::size_t working, std::size_t members, double busiest);
// Lines: how long a take-over lasts after each kind of failure; "" for groups without one.
QString takeoverByFailure(const Design& design, const Group& group);
// "check 2 of 3 failed", "" when view and truth agree and nothing is in doubt.
QString view(const ViewFrame& view, bool targetWorks);
// "lb1 sees: down", "lb1, lb2 see: down": who, and what each of them sees. Two lines where they see different
// things.
QString seen(const std::vector<std::pair<QString, QString>>& views);
// What a link carries when it is not everything: "reads", "optional", "2 calls".
QString linkLabel(const Link& link);
QString kindTitle(const Node& node);
QString kindTitle(const Domain& domain);
QString kindTitle(const Group& group);
// The name of a node, domain, group or link id; the id itself when it is none.
QString nameOf(const Design& design, std::string_view id);
// A flow of a result or an objective: "Whole design", "Shoppers", "Shoppers · read".
QString flowName(const Design& design, std::string_view flow);

} // namespace alwayson::gui::words
