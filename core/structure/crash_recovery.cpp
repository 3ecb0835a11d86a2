#include "core/structure/crash_recovery.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

namespace alwayson {

namespace {
namespace r = key::group::mysqlReplication;
}

bool startsAsReplica(const Group& set) {
    return hasMechanism(set, "replication") && get(set, r::flavour) == r::Flavour::mariadb1011 &&
           get(set, r::replication) == r::Replication::semiSync &&
           get(set, r::rejoin) == r::Rejoin::automatic;
}

bool dropsWaitingCommits(const Group& set) {
    return startsAsReplica(set) && get(set, r::semisyncWaitPoint) == r::SemisyncWaitPoint::afterSync;
}

} // namespace alwayson
