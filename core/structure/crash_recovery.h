#pragma once
// What becomes of the last commits of a source of a replication set that stopped, when its server starts
// again: one law for the simulation and for the option files.

#include "core/model/design.h"

namespace alwayson {

// The option files tell MariaDB to start as a replica (init_rpl_role=SLAVE). Its recovery then rolls back
// what was prepared and not committed by the engine, and cuts that from the binary log (MDEV-21117,
// MDEV-33465; before 10.11.9 always). MySQL commits whatever its binary log holds, and so does a member of an
// asynchronous set.
bool startsAsReplica(const Group& set);

// With such a start a source that stopped has lost the commits that waited for an acknowledgement, and can
// follow another one. That needs the wait before the engine's commit (after_sync). Commits that it made
// alone, after the timeout, stay (measured with MariaDB 10.11.19; but for those of its last second).
bool dropsWaitingCommits(const Group& set);

} // namespace alwayson
