#include "app/gui/widgets/banner.h"

#include "app/gui/widgets/ui.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace alwayson::gui {

namespace {

class Mark : public QWidget {
public:
    Mark(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) { setFixedSize(18, 18); }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        m_theme.icons().paint(painter, QStringLiteral("error"), QRectF(rect()), m_theme.color(Tone::bad));
    }

private:
    const Theme& m_theme;
};

} // namespace

Banner::Banner(const Theme& theme, QWidget* parent) : QFrame(parent) {
    setProperty("card", QStringLiteral("bad"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::kPanel, 9, 10, 9);
    row->setSpacing(10);
    row->addWidget(new Mark(theme, this), 0, Qt::AlignTop);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    m_title = ui::label(theme, {}, Type::body, "text", QFont::DemiBold, this);
    m_message = ui::label(theme, {}, Type::control, "text", QFont::Normal, this);
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    words->addWidget(m_title);
    words->addWidget(m_message);
    row->addLayout(words, 1);
    QToolButton* close = ui::iconButton(theme, QStringLiteral("close"), tr("Close"), this);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    row->addWidget(close, 0, Qt::AlignTop);
    hide();
}

void Banner::showError(const QString& title, const QString& message) {
    m_title->setText(title);
    m_message->setText(message);
    setAccessibleName(title + QLatin1String(". ") + message);
    show();
}

QString Banner::title() const {
    return m_title->text();
}

QString Banner::message() const {
    return m_message->text();
}

} // namespace alwayson::gui
