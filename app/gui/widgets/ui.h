#pragma once
// Small helpers that keep every label, button and hairline alike.

#include "app/gui/theme/theme.h"

#include <QLabel>

class QFrame;
class QPushButton;
class QToolButton;
class QWidget;

namespace alwayson::gui::ui {

// Always plain text: names come from users. `tone` is "text", "secondary", "faint", "bad", "warn", "ok" or
// "accent".
QLabel* label(const Theme& theme, const QString& text, Type type = Type::body, const char* tone = "text",
              QFont::Weight weight = QFont::Normal, QWidget* parent = nullptr);
// Sets a style property and restyles: look, tone, badge, card, plane, wrong.
void setProperty(QWidget* widget, const char* name, const QVariant& value);
// The same label with other words; keeps the tone unless given.
void setTone(QLabel* label, const char* tone);

QFrame* horizontalRule(QWidget* parent = nullptr);
QFrame* verticalRule(QWidget* parent = nullptr);

QPushButton* button(const Theme& theme, const QString& text, const char* look = "plain",
                    QWidget* parent = nullptr);
QToolButton* iconButton(const Theme& theme, const QString& icon, const QString& tip,
                        QWidget* parent = nullptr);

// A label that ends in "..." instead of widening its row; the whole text is its tooltip then.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    void setFullText(const QString& text);
    QString fullText() const { return m_full; }
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void elide();
    QString m_full;
};

// Text for a tooltip that shows user text as it is, wrapped.
QString plainTip(const QString& text);

} // namespace alwayson::gui::ui
