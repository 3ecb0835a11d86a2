#pragma once
// A node as a card: what it is, who, the one fact that matters, its state as shape and colour, its load.

#include "app/gui/canvas/canvas_item.h"

#include <QString>

#include <array>
#include <optional>

namespace alwayson::gui {

// fault: the check found an error; in a run, it works and does harm
enum class CardState { ok, warn, fault, down, recovering };
enum class BadgeMood { role, changing, trouble }; // changing: a take-over is under way

struct CardContent {
    QString name;
    QString fact;
    QString badge; // its role where it leads: "active", "source"; what is wrong with it: "bad version"
    BadgeMood badgeMood = BadgeMood::role;
    QString icon;         // of resources/icons
    std::string category; // of the catalogue
    CardState state = CardState::ok;
    bool weak = false;    // a single point of failure
    bool live = false;    // a run is shown: the state is the run's, the weakness stands beside it
    bool trouble = false; // the fact tells of a failure
    double load = -1;     // 0..1 and above; negative: no bar
    friend bool operator==(const CardContent&, const CardContent&) = default;
};

class NodeItem : public CanvasItem {
public:
    NodeItem(std::string id, const Theme& theme);
    const CardContent& content() const { return m_content; }
    // Repaints only when something visible is different. Loads count as equal within half a pixel of the bar.
    void setContent(const CardContent& content);
    void setPortsShown(bool shown) { change(m_portsShown, shown); }
    // The port whose dot lies under the scene point, for a link; nullopt when there is none.
    std::optional<QPointF> portAt(QPointF scenePos, double pixel) const;
    QRectF card() const; // in the scene

    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
    bool isHit(QPointF scenePos, double pixel) const override;

private:
    void paintPlain(QPainter& painter) const;
    void paintFrame(QPainter& painter) const;
    void paintWords(QPainter& painter, bool compact) const;
    void paintBadge(QPainter& painter, double scale) const;
    void paintState(QPainter& painter) const;
    void paintPorts(QPainter& painter, double zoom) const;
    static std::array<QPointF, 4> ports(); // local
    CardContent m_content;
    bool m_portsShown = false;
};

} // namespace alwayson::gui
