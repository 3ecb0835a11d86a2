#pragma once
// A group: an outline around its members with a tab that says its policy and what follows from it.

#include "app/gui/canvas/canvas_item.h"

#include <QPolygonF>
#include <QString>

#include <string>
#include <vector>

namespace alwayson::gui {

class GroupItem : public CanvasItem {
public:
    GroupItem(std::string id, const Theme& theme);
    ~GroupItem() override;
    void setContent(const QString& tab, const std::string& category, bool empty);
    void setOutline(const QRectF& outline); // in the scene
    QRectF outline() const { return {pos(), m_size}; }
    const QString& tabText() const { return m_tab; }
    QRectF tab() const;             // in the scene
    void setTabScale(double scale); // above 1 where the view is zoomed out, so that its words stay legible
    // Moves the tab along the upper (else lower) edge to where it covers no box and as few names and lines as
    // can be, and rather no `edges`, the outlines of others.
    void placeTab(const std::vector<QPolygonF>& lines, const std::vector<QRectF>& boxes,
                  const std::vector<QRectF>& names, const std::vector<QPolygonF>& edges);

    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
    bool isHit(QPointF scenePos, double pixel) const override; // tab and border

protected:
    QVariant itemChange(GraphicsItemChange change, const QVariant& value) override;

private:
    class Tab;
    friend class Tab;
    void paintTab(QPainter& painter) const;
    void followTab();
    QSizeF tabSize() const;
    QString m_tab;
    std::string m_category;
    QSizeF m_size;
    QPointF m_tabCorner; // local
    double m_tabScale = 1;
    bool m_empty = false;
    Tab* m_tabItem; // above the links, which would strike its words through
};

} // namespace alwayson::gui
