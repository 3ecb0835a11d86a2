#include "app/gui/canvas/card_content.h"

#include "app/gui/canvas/words.h"
#include "core/catalogue/catalogue.h"

namespace alwayson::gui {

namespace {

constexpr double kBusy = 0.7;         // a load worth a look
constexpr double kSomeFail = 0.05;    // share of requests
constexpr double kMostFail = 0.5;     // share of answers of a bad version
constexpr float kFewPerSecond = 0.1f; // says nothing about shares

CardContent cardOf(const Node& node, bool weak) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    CardContent content;
    content.name = QString::fromStdString(node.displayName());
    content.icon = kind ? QString::fromStdString(kind->icon) : QStringLiteral("help");
    content.category = kind ? kind->category : std::string();
    content.weak = weak;
    return content;
}

CardState stateOf(const LiveNode& now) {
    switch (now.frame.state) {
    case NodeState::down:
        return CardState::down;
    case NodeState::recovering:
        return CardState::recovering;
    case NodeState::slow:
    case NodeState::errors:
        return CardState::warn;
    case NodeState::up:
        break;
    }
    // It runs, and does harm or no good all the same.
    if (double(now.frame.badShare) >= kMostFail) return CardState::fault;
    const bool fails = now.frame.requestsPerS > kFewPerSecond &&
                       double(now.frame.failedPerS) > kSomeFail * double(now.frame.requestsPerS);
    return !words::harm(now.frame, now.farBehind).isEmpty() || fails || now.load > kBusy ? CardState::warn
                                                                                         : CardState::ok;
}

} // namespace

CardContent liveCard(const Design& design, const Node& node, bool weak, const LiveNode& now) {
    CardContent content = cardOf(node, weak);
    content.fact = words::liveFact(node, now.frame, now.atS, now.lagS);
    content.live = true;
    content.state = stateOf(now);
    content.trouble = now.frame.state != NodeState::up;
    content.load = hasRole(node, "client") ? -1 : now.load;
    if (words::leads(now.frame.role)) content.badge = words::roleTitle(design, node, now.frame.role);
    if (!now.badge.isEmpty()) {
        content.badge = now.badge;
        content.badgeMood = BadgeMood::changing;
    } else if (const QString harm = words::harm(now.frame, now.farBehind); !harm.isEmpty()) {
        content.badge = harm;
        content.badgeMood = BadgeMood::trouble;
    }
    return content;
}

CardContent restingCard(const Design& design, const Node& node, const NodeFindings& findings) {
    CardContent content = cardOf(node, findings.weak);
    const MemberRole role = roleAtStart(design, node);
    content.fact = words::fact(node);
    if (words::leads(role))
        content.badge = words::roleTitle(design, node, role);
    else if (role != MemberRole::none && role != MemberRole::voter)
        content.fact = words::roleTitle(design, node, role);
    if (content.weak) content.state = CardState::warn;
    if (findings.load && !hasRole(node, "client")) content.load = *findings.load;
    if (content.load > 0.9) content.state = CardState::warn;
    if (findings.drawn) {
        content.state = CardState::warn;
        content.trouble = true;
        content.fact = node.domain ? QStringLiteral("is in %1").arg(words::nameOf(design, node.domain->str()))
                                   : QStringLiteral("is in no place");
    }
    if (findings.faulty) content.state = CardState::fault;
    return content;
}

} // namespace alwayson::gui
