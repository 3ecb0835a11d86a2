#include "app/gui/canvas/inline_rename.h"

#include <QKeyEvent>

namespace alwayson::gui {

InlineRename::InlineRename(QWidget* parent, const QRect& place, const QString& text,
                           std::function<void(const QString&)> commit)
    : QLineEdit(text, parent), m_before(text), m_commit(std::move(commit)) {
    setAccessibleName(QStringLiteral("New name"));
    setMaxLength(256);
    setGeometry(place);
    selectAll();
    show();
    setFocus(Qt::OtherFocusReason);
}

void InlineRename::finish(bool commit) {
    if (m_done) return;
    m_done = true;
    hide();
    deleteLater();
    const QString name = text().trimmed();
    if (commit && name != m_before) m_commit(name);
}

void InlineRename::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Escape:
        finish(event->key() != Qt::Key_Escape); // first: losing the focus would commit
        if (parentWidget()) parentWidget()->setFocus();
        return;
    default:
        QLineEdit::keyPressEvent(event);
    }
}

void InlineRename::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    // The context menu of the editor takes the focus for a moment.
    if (event->reason() != Qt::PopupFocusReason) finish(true);
}

} // namespace alwayson::gui
