#include "app/gui/panels/better_card.h"

#include "app/gui/session/session.h"
#include "app/gui/widgets/ui.h"

#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace alwayson::gui {

BetterCard::BetterCard(Session& session, const Theme& theme, QWidget* parent)
    : QFrame(parent), m_session(session) {
    setProperty("card", QStringLiteral("accent"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 11);
    column->setSpacing(4);
    column->addWidget(ui::label(theme, tr("Make it better"), Type::control, "accent", QFont::DemiBold, this));
    m_text = ui::label(theme, {}, Type::secondary, "text", QFont::Normal, this);
    m_text->setWordWrap(true);
    column->addWidget(m_text);
    m_apply = ui::button(theme, tr("Apply"), "chip", this);
    m_apply->setFont(theme.font(Type::small, QFont::DemiBold));
    m_apply->setObjectName(QStringLiteral("applyBetter"));
    column->addWidget(m_apply, 0, Qt::AlignLeft);
    connect(m_apply, &QPushButton::clicked, this, [this] {
        if (m_operation) m_session.apply(Operation(*m_operation));
    });
    hide();
}

void BetterCard::showFor(const std::vector<std::string>& ids) {
    const auto report = m_session.lastReport();
    const Issue* best = nullptr;
    const auto rank = [](const Issue& issue) {
        return (issue.operation ? 0 : 3) + (issue.severity == Severity::hint ? 0 : 1);
    };
    if (report)
        for (const Issue& issue : report->issues) {
            // What is about something else that it touches is told there.
            const bool mine =
                !issue.where.empty() && std::find(ids.begin(), ids.end(), issue.where.front()) != ids.end();
            if (mine && !issue.fix.empty() && (best == nullptr || rank(issue) < rank(*best))) best = &issue;
        }
    setVisible(best != nullptr);
    if (best == nullptr) return;
    m_text->setText(QString::fromStdString(best->fix));
    m_text->setToolTip(ui::plainTip(QString::fromStdString(best->message)));
    m_operation = best->operation;
    m_apply->setVisible(m_operation.has_value());
    m_apply->setEnabled(!m_session.reportIsStale());
}

} // namespace alwayson::gui
