#pragma once
// A link: one curve per pair of concrete ends (a balancer and each member of its pool), with arrow, label
// and, while running, moving dots.

#include "app/gui/canvas/canvas_item.h"
#include "app/gui/canvas/geometry.h"
#include "app/gui/theme/theme.h"

#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace alwayson::gui {

struct Strand {
    std::string from, to; // ids of the shown ends: nodes, or the group when it is shown as one
    Route route;
    bool idle = false;    // ends at a member that stands by: carries nothing unless that one takes over
    double perSecond = 0; // while running: attempts, which are more than requests where some are repeated
    double failedPerSecond = 0; // refused, reset or timed out
    QStringList failure;        // how they fail and what becomes of them, a line each
    double phase = 0;           // of the dots, in scene units
    double labelAt = 0.5;       // 0..1 along the route, where no card hides what is said
};

class LinkItem : public CanvasItem {
public:
    LinkItem(std::string id, const Theme& theme);
    const std::vector<Strand>& strands() const { return m_strands; }
    // Keeps the traffic of strands whose ends are the same.
    void setStrands(std::vector<Strand> strands);
    void setLabel(const QString& label) { change(m_label, label); }
    // Of the strand between two nodes (or their groups). Repaints on visible changes only.
    void setTraffic(const std::string& fromNode, const std::string& toNode, double perSecond,
                    double failedPerSecond, const QStringList& failure = {});
    // "386/s attempts", "refused (48 %)" and "retried elsewhere" as the label of a strand; empty while all
    // goes well.
    QStringList troubleOf(const Strand& strand) const;
    void clearTraffic();
    bool hasTraffic() const { return m_running; }
    // Moves the dots; repaints when there are any.
    void advance(double seconds);

    QRectF boundingRect() const override { return m_bounds; }
    QPainterPath shape() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
    bool isHit(QPointF scenePos, double pixel) const override;
    bool touches(const QRectF& sceneRect, bool wholly) const; // for rubber bands
    void setDotsShown(bool shown) { change(m_dotsShown, shown); }
    QPointF middle() const;

private:
    void paintStrand(QPainter& painter, const Strand& strand) const;
    void paintLabel(QPainter& painter, QPointF at, const QStringList& lines, Tone tone) const;
    std::vector<Strand> m_strands;
    QString m_label;
    QRectF m_bounds;
    bool m_running = false;
    bool m_dotsShown = true;
};

} // namespace alwayson::gui
