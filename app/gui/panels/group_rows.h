#pragma once
// Rows of a group that are not parameters: who is first, where its failover manager runs; and who repairs.

#include "app/gui/panels/inspector_sections.h"

namespace alwayson::gui {

// The member that holds the address or takes the writes at the start, and where the manager runs; each only
// where the group has such a thing.
std::vector<Row*> groupRows(const RowContext& context, const std::string& group, QWidget* parent);

// Whether what the group chose (the kind of replication, who does the failover, the routes) reads the
// parameter at all; parameters of other groups always are.
bool isRead(const Group& group, std::string_view parameter);
// The choices that isRead goes by, as a text to compare.
std::string readingChoices(const Group& group);

// Moves the member before all others of its group, which makes it the first. nullopt: it is so already, or in
// no group.
std::optional<Operation> makeFirst(const Design& design, const std::string& member);

// Who repairs nodes or members of groups. nullptr while the design knows no crew and none is named.
Row* crewRow(const RowContext& context, const Subject& subject, QWidget* parent);

} // namespace alwayson::gui
