#include "core/structure/compiled.h"

#include <algorithm>
#include <limits>

namespace alwayson {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// The active member alone, with this share of the reads.
PartWorth activeWorth(const GroupLoad& load, const CompiledPart& part, const WriterMembers& m,
                      double readShare) {
    if (!m.found) return {};
    const double busy = (load.writes > 0 ? load.writes / m.writeCapacity : 0) +
                        (load.reads > 0 ? readShare * load.reads / m.readCapacity : 0);
    return {1, m.success, busy > 0 ? part.base / busy : kUnlimited, kUnlimited, 0};
}

// The others, with `more` capacity for reads beside them.
PartWorth readersWorth(const GroupLoad& load, const CompiledPart& part, const WriterMembers& m, double more) {
    const double carry = m.othersReadCapacity + more;
    return {m.others, m.othersSuccess,
            load.reads == part.base ? carry : (load.reads > 0 ? carry * part.base / load.reads : kUnlimited),
            kUnlimited, 0};
}

} // namespace

PartWorth writerWorth(const StructureGroup& group, const GroupLoad& load, const CompiledPart& part,
                      const WriterMembers& m) {
    double onSource = m.others > 0 ? 0 : 1; // share of the reads
    if (group.readsSource) onSource = 1;
    if (group.readsAll) onSource = 1 / (m.others + 1);
    if (part.writes) return m.working < group.needed ? PartWorth{} : activeWorth(load, part, m, onSource);
    if (group.readsSource || m.others == 0) return activeWorth(load, part, m, onSource);
    if (!group.readsAll || !m.found) return readersWorth(load, part, m, 0);
    const double left = load.writes > 0 ? std::max(0.0, 1 - load.writes / m.writeCapacity) : 1;
    PartWorth worth = readersWorth(load, part, m, left * m.readCapacity);
    worth.usable += 1;
    worth.success += m.success;
    return worth;
}

} // namespace alwayson
