#pragma once
// A line editor on the canvas over the name of a thing. Enter or leaving it commits, Esc drops it.

#include <QLineEdit>

#include <functional>

namespace alwayson::gui {

class InlineRename : public QLineEdit {
    Q_OBJECT
public:
    // commit is called at most once, with the trimmed text, when it differs from what was there.
    InlineRename(QWidget* parent, const QRect& place, const QString& text,
                 std::function<void(const QString&)> commit);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void finish(bool commit);
    QString m_before;
    std::function<void(const QString&)> m_commit;
    bool m_done = false;
};

} // namespace alwayson::gui
