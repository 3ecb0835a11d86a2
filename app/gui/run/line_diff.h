#pragma once
#include <QString>
#include <QStringList>

#include <vector>

namespace alwayson::gui {

struct DiffLine {
    enum class Kind { same, removed, added } kind = Kind::same;
    QString text;
};

// What turns `before` into `after`, line by line (longest common subsequence). Beyond 4000 changed lines the
// middle is shown as removed and added whole, so that the cost stays bounded.
std::vector<DiffLine> lineDiff(const QString& before, const QString& after);

} // namespace alwayson::gui
