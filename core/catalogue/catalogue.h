#pragma once
// The immutable catalogue that is built into the program.

#include "core/catalogue/descriptor.h"
#include "core/model/design.h"

#include <memory>
#include <string_view>
#include <vector>

namespace alwayson {

class Catalogue {
public:
    // Thread safe; made on first use.
    static const Catalogue& builtIn();

    int version() const { return 1; }                                // written into design files
    const std::vector<Descriptor>& kinds() const { return m_kinds; } // in palette order
    const std::vector<Descriptor>& domains() const { return m_domains; }
    const std::vector<Descriptor>& groups() const { return m_groups; }
    const std::vector<Descriptor>& links() const { return m_links; }
    const std::vector<Descriptor>& events() const { return m_events; }
    const std::vector<Descriptor>& parts() const {
        return m_parts;
    } // what things are made of: crew, failure_mode

    // nullptr when there is none.
    const Descriptor* kind(std::string_view id) const;
    const Descriptor* domain(std::string_view id) const;
    const Descriptor* group(std::string_view id) const;
    const Descriptor* link(std::string_view id) const;
    const Descriptor* event(std::string_view id) const;
    const Descriptor* part(std::string_view id) const;

private:
    Catalogue();
    std::vector<Descriptor> m_parts; // first: its defaults stand in the failure modes of the others
    std::vector<Descriptor> m_kinds, m_domains, m_groups, m_links, m_events;
};

// A failure mode with everything filled in.
struct ResolvedFailureMode {
    std::string id;
    std::string title;
    FailureEffect effect = FailureEffect::crash;
    DistributionShape timeToFailure;
    DistributionShape repair;
    double slowFactor = 1;
    double errorShare = 0;
    bool resumes = false;
    RepairedBy repairedBy = RepairedBy::crew;
    double restartCoverage = 1;   // repairedBy restart: chance that the restart ends it, 0..1
    DistributionShape crewRepair; // what people need when it did not
    bool isDefault = true;        // nothing of it was changed in the design
    std::string grade;            // of the default; "yours" when edited
    // Mean seconds until it is over, with people where a restart does not work; nobody waits for them.
    double meanRepair() const {
        const double again = repairedBy == RepairedBy::restart ? 1 - restartCoverage : 0;
        return again > 0 ? repair.mean() + again * crewRepair.mean() : repair.mean();
    }
    // Steady-state unavailability of this mode alone over its availability: MTTR / MTTF.
    double ratio() const { return meanRepair() / timeToFailure.mean(); }
};

// Catalogue modes with the node's (domain's) edits applied, in catalogue order, then added ones.
// Modes whose distributions do not resolve are left out (validation reports them).
std::vector<ResolvedFailureMode> failureModesOf(const Node& node);
std::vector<ResolvedFailureMode> failureModesOf(const Domain& domain);

// Does the kind of this node have the role ("client", "balancer", "compute", "external", "store", "cache",
// "voter")?
bool hasRole(const Node& node, std::string_view role);
// "queue": it serves with workers; "health_check", "vote", "replication", ...
bool hasMechanism(const Node& node, std::string_view mechanism);
// Groups: roles "pool", "one_active" (VRRP), "one_writer" (replication), "majority" (quorum).
bool hasRole(const Group& group, std::string_view role);
bool hasMechanism(const Group& group, std::string_view mechanism);

// Why `from` may not call `to` (ids of nodes or groups), as a sentence; empty when it may. `parameters` are
// those of the link to be. Covers: unknown ends, a node with itself, a kind that calls nothing of that role,
// a link that exists (two may lead to the same end when one is for reads and the other for writes), request
// cycles.
std::string whyLinkRefused(const Design& design, std::string_view from, std::string_view to,
                           const Parameters& parameters = {});

} // namespace alwayson
