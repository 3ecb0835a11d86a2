#pragma once
// "Make it better": the first thing the check has to say about what is selected, with its fix one click away.

#include "core/results/check_report.h"

#include <QFrame>

#include <optional>

class QLabel;
class QPushButton;

namespace alwayson::gui {

class Session;
class Theme;

class BetterCard : public QFrame {
    Q_OBJECT
public:
    BetterCard(Session& session, const Theme& theme, QWidget* parent = nullptr);
    // Hidden when the report says nothing about any of the ids.
    void showFor(const std::vector<std::string>& ids);

private:
    Session& m_session;
    QLabel* m_text;
    QPushButton* m_apply;
    std::optional<Operation> m_operation;
};

} // namespace alwayson::gui
