#pragma once
// A place: nested areas, the outermost solid, the others dashed, with name and kind in the corner.

#include "app/gui/canvas/canvas_item.h"

#include <QString>

namespace alwayson::gui {

class DomainItem : public CanvasItem {
public:
    DomainItem(std::string id, const Theme& theme);
    void setWords(const QString& name, const QString& kind);
    void setDepth(int depth); // 0: outermost
    void setSize(QSizeF size);
    void setOutage(bool outage, const QString& sentence = {});
    bool inOutage() const { return m_outage; }
    QRectF box() const { return {pos(), m_size}; }
    // Which edges a drag at this point would move (Qt::Edges); none when there is no handle there. Only when
    // selected.
    Qt::Edges handleAt(QPointF scenePos, double pixel) const;
    QRectF header() const; // in the scene: where the name is

    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
    // The header and the border; the area inside belongs to the rubber band unless nothing else is there.
    bool isHit(QPointF scenePos, double pixel) const override;

private:
    void paintHandles(QPainter& painter, double zoom) const;
    QString m_name, m_kind, m_sentence;
    QSizeF m_size;
    int m_depth = 0;
    bool m_outage = false;
};

} // namespace alwayson::gui
