#pragma once
// The gateway: a design that changes only through apply().

#include "core/edit/operation.h"

#include <memory>
#include <set>

namespace alwayson {

// What one apply changed. Ids per collection.
struct ChangeSet {
    std::set<std::string> added; // nodes, domains, groups, links
    std::set<std::string> removed;
    std::set<std::string> changed; // anything about them but their place on the canvas
    std::set<std::string> moved;   // canvas boxes
    bool settings = false;         // name, settings, objectives, scenarios, variants, attachments
    // Does the change touch what engines compute with (and not only places on the canvas)?
    bool affectsResults() const { return settings || !added.empty() || !removed.empty() || !changed.empty(); }
};

struct Applied {
    Operation inverse; // applying it restores the design exactly
    ChangeSet changes;
};

// Not thread safe; snapshot() may be read from any thread.
class Document {
public:
    Document() : m_design(std::make_shared<Design>()) {}
    explicit Document(Design design) : m_design(std::make_shared<Design>(std::move(design))) {}

    const Design& design() const { return *m_design; }
    std::shared_ptr<const Design> snapshot() const { return m_design; }
    // Counts up with every change.
    std::uint64_t revision() const { return m_revision; }

    // All or nothing: on an error the design is unchanged. Refuses what a file could not hold: wrong types,
    // values out of range, duplicate ids, dangling references, cycles of places, control characters; in the
    // words of the loader. Only limits of the whole file (its bytes and number of values) are left to the
    // save. Codes as in core/io/json_reader.h, core/model/codec.h and "operation.not_found",
    // "operation.path".
    Result<Applied> apply(const Operation& operation);

private:
    std::shared_ptr<const Design> m_design;
    std::uint64_t m_revision = 0;
};

// The same on a value, for variants and previews.
Result<Applied> applyTo(Design& design, const Operation& operation);

} // namespace alwayson
