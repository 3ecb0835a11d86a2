#pragma once
// What observers see of a node, said beside it, because their view and the truth differ.

#include <QGraphicsItem>
#include <QString>

namespace alwayson::gui {

class Theme;

class BubbleItem : public QGraphicsItem {
public:
    explicit BubbleItem(const Theme& theme);
    enum class Mood { bad, recovering };
    void setText(const QString& text, Mood mood); // of one or more lines
    const QString& text() const { return m_text; }
    void setAbove(const QRectF& card); // in the scene
    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    const Theme& m_theme;
    QString m_text;
    Mood m_mood = Mood::bad;
    QRectF m_card; // in the scene
    QSizeF m_size;
};

} // namespace alwayson::gui
