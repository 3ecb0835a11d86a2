#pragma once
// One parameter of the selected things: what they hold, and the operations that change it. No widgets here.

#include "core/catalogue/descriptor.h"
#include "core/edit/operation.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <string>
#include <vector>

namespace alwayson::gui {

// Things of one collection that are edited together.
struct Subject {
    Collection collection = Collection::nodes;
    std::vector<std::string> ids;
    std::vector<const Descriptor*> descriptors; // per id

    // nullopt when nothing is selected or the selection mixes nodes, places, groups and links.
    static std::optional<Subject> of(const Design& design, const QStringList& selection);
    // Parameters (or deploy fields) that every descriptor has with the same type, in the order of the first.
    std::vector<const ParameterSpec*> common(bool deploy) const;
    bool single() const { return ids.size() == 1; }
    // Same things of the same kinds: rows can be refreshed instead of rebuilt.
    friend bool operator==(const Subject&, const Subject&) = default;
};

struct ParameterBinding {
    Subject subject;
    const ParameterSpec* spec = nullptr; // of the first descriptor
    bool deploy = false;

    struct State {
        Value value; // with defaults filled in; meaningless when mixed
        bool mixed = false;
        bool edited = false; // any of them differs from the catalogue
    };
    State read(const Design& design) const;
    Operation write(const Design& design, const Json& value) const;
    Operation unset(const Design& design) const;
    Operation reset(const Design& design) const;

private:
    Operation forAll(const Design& design, const Json& value, bool explicitNull) const;
};

// "web1", "lb1 to web", "3 nodes": for undo entries and headings.
QString nameOf(const Design& design, const std::string& id);
QString namesOf(const Design& design, const Subject& subject);
// The descriptor of whatever the id names; nullptr when there is none.
const Descriptor* descriptorOf(const Design& design, const std::string& id);

} // namespace alwayson::gui
