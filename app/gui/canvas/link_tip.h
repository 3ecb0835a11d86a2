#pragma once
// What a gesture says beside the cursor: a small card on the canvas that covers no other card when it can.

#include <QString>
#include <QStringList>
#include <QWidget>

#include <vector>

namespace alwayson::gui {

class Theme;

class LinkTip : public QWidget {
    Q_OBJECT
public:
    LinkTip(const Theme& theme, QWidget* viewport);
    // `cursor`, `over` (what lies under the cursor, null when nothing does) and `cards` (what should stay
    // visible) in the viewport. "" hides it.
    void say(const QString& text, bool refusal, QPoint cursor, const QRect& over,
             const std::vector<QRect>& cards);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void measure();
    const Theme& m_theme;
    QString m_text;
    QStringList m_lines; // a sentence each: one long line would cover what it is about
    bool m_refusal = false;
};

// The first of the places around `over` (or the cursor) with the least overlap with `cards`, inside `room`.
QPoint placeTip(QSize size, const QRect& room, QPoint cursor, const QRect& over,
                const std::vector<QRect>& cards);

} // namespace alwayson::gui
