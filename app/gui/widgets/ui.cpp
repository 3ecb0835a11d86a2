#include "app/gui/widgets/ui.h"

#include <QCoreApplication>
#include <QEvent>
#include <QFrame>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVariant>

namespace alwayson::gui::ui {

QLabel* label(const Theme& theme, const QString& text, Type type, const char* tone, QFont::Weight weight,
              QWidget* parent) {
    auto* result = new QLabel(parent);
    result->setTextFormat(Qt::PlainText);
    result->setText(text);
    result->setFont(theme.font(type, weight));
    result->setProperty("tone", QLatin1String(tone));
    return result;
}

void setProperty(QWidget* widget, const char* name, const QVariant& value) {
    if (widget->property(name) == value) return;
    widget->setProperty(name, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    // Frames take the padding of the new look only when they are told; polishing does not tell them.
    QEvent restyled(QEvent::StyleChange);
    QCoreApplication::sendEvent(widget, &restyled);
    widget->updateGeometry();
    widget->update();
}

void setTone(QLabel* label, const char* tone) {
    setProperty(label, "tone", QLatin1String(tone));
}

QFrame* horizontalRule(QWidget* parent) {
    auto* rule = new QFrame(parent);
    rule->setProperty("rule", QStringLiteral("true"));
    rule->setFixedHeight(1);
    return rule;
}

QFrame* verticalRule(QWidget* parent) {
    auto* rule = new QFrame(parent);
    rule->setProperty("rule", QStringLiteral("true"));
    rule->setFixedWidth(1);
    return rule;
}

QPushButton* button(const Theme& theme, const QString& text, const char* look, QWidget* parent) {
    auto* result = new QPushButton(text, parent);
    result->setProperty("look", QLatin1String(look));
    result->setFont(theme.font(Type::control, QFont::Medium));
    result->setCursor(Qt::PointingHandCursor);
    return result;
}

QToolButton* iconButton(const Theme& theme, const QString& icon, const QString& tip, QWidget* parent) {
    auto* result = new QToolButton(parent);
    result->setProperty("look", QStringLiteral("icon"));
    result->setIcon(theme.icon(icon));
    result->setIconSize(QSize(14, 14));
    result->setFixedSize(22, 22);
    result->setToolTip(tip);
    result->setAccessibleName(tip);
    return result;
}

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
}

void ElidedLabel::setFullText(const QString& text) {
    m_full = text;
    setAccessibleName(text);
    updateGeometry();
    elide();
}

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(m_full) + 2, QLabel::sizeHint().height()};
}

QSize ElidedLabel::minimumSizeHint() const {
    return {fontMetrics().horizontalAdvance(m_full.left(3)) + 12, QLabel::minimumSizeHint().height()};
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    elide();
}

void ElidedLabel::elide() {
    const QString shown = fontMetrics().elidedText(m_full, Qt::ElideRight, width());
    if (shown != text()) setText(shown);
    setToolTip(shown == m_full ? QString() : plainTip(m_full));
}

QString plainTip(const QString& text) {
    if (text.isEmpty()) return {};
    return QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text.toHtmlEscaped());
}

} // namespace alwayson::gui::ui
