#include "app/gui/widgets/value_field.h"

#include "app/gui/theme/theme.h"
#include "app/gui/widgets/ui.h"

#include <QKeyEvent>

namespace alwayson::gui {

ValueField::ValueField(const Theme& theme, Commit commit, QWidget* parent)
    : QLineEdit(parent), m_commit(std::move(commit)) {
    setFont(theme.font(Type::control, QFont::Medium));
    setFixedHeight(space::kField);
}

void ValueField::showValue(const QString& text) {
    const bool typing = hasFocus() && isModified();
    m_shown = text;
    setPlaceholderText({});
    if (typing) return;
    setText(text);
    setCursorPosition(0);
    setModified(false);
    setError({});
}

void ValueField::showMixed() {
    showValue({});
    setPlaceholderText(QStringLiteral("\u2014"));
}

QString ValueField::cutWords() const {
    constexpr int kAround = 18; // padding and border
    const QString words = text().isEmpty() ? placeholderText() : text();
    return fontMetrics().horizontalAdvance(words) + kAround > width() ? words : QString();
}

void ValueField::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        commit();
        if (m_error.isEmpty()) selectAll();
        event->accept();
        return;
    }
    if (event->key() == Qt::Key_Escape && (isModified() || !m_error.isEmpty())) {
        setText(m_shown);
        setModified(false);
        setError({});
        selectAll();
        event->accept();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

void ValueField::focusInEvent(QFocusEvent* event) {
    QLineEdit::focusInEvent(event);
    if (event->reason() != Qt::PopupFocusReason && m_error.isEmpty()) selectAll();
}

void ValueField::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason) commit();
}

void ValueField::commit() {
    if (!isModified()) return;
    const QString typed = text();
    if (typed == m_shown && !m_shown.isEmpty()) {
        setModified(false);
        setError({});
        return;
    }
    // Cleared first: an accepted value comes back through showValue, in its normal form.
    setModified(false);
    const QString problem = m_commit(typed);
    if (problem.isEmpty()) {
        if (text() == typed) showValue(m_shown);
        setError({});
    } else {
        setModified(true);
        setError(problem);
    }
}

void ValueField::setError(const QString& error) {
    if (error == m_error) return;
    m_error = error;
    ui::setProperty(this, "wrong", error.isEmpty() ? QVariant() : QVariant(QStringLiteral("true")));
    setAccessibleDescription(error);
    emit errorChanged(error);
}

} // namespace alwayson::gui
