#pragma once
// What the mouse does between press and release. A gesture shows its effect at once but changes the design
// only when it is released, by one operation; cancel leaves everything as it was.

#include "app/gui/canvas/geometry.h"

#include <QPointF>
#include <QRectF>
#include <QString>
#include <QStringList>
#include <Qt>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

class QPainter;

namespace alwayson::gui {

class CanvasView;

class Gesture {
public:
    explicit Gesture(CanvasView& view) : m_view(view) {}
    virtual ~Gesture() = default;
    Gesture(const Gesture&) = delete;
    Gesture& operator=(const Gesture&) = delete;
    virtual void move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) = 0;
    virtual void release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) = 0;
    virtual void cancel() = 0;
    virtual void paint(QPainter&) {}            // in scene coordinates, above the items
    virtual QString hint() const { return {}; } // for the status line
    virtual QString tip() const { return {}; }  // beside the cursor
    virtual bool tipIsRefusal() const { return false; }

protected:
    CanvasView& m_view;
};

// Moves the selection; begins after a few pixels, until then it is a click.
class MoveGesture : public Gesture {
public:
    MoveGesture(CanvasView& view, std::string grabbed, QPointF scenePos, QPoint viewPos,
                Qt::KeyboardModifiers modifiers);
    void move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    QString hint() const override { return m_hint; }
    QString tip() const override { return m_tip; }

private:
    void showTarget(const Boxes& after);
    std::string m_grabbed;
    QPointF m_start;
    QPoint m_startPixel;
    bool m_moving = false;
    bool m_narrowOnClick = false; // a click on one of several selected things selects it alone
    std::vector<std::string> m_roots;
    Boxes m_after;
    QString m_hint, m_tip;
};

class ResizeGesture : public Gesture {
public:
    ResizeGesture(CanvasView& view, std::string domain, Qt::Edges edges, QPointF scenePos);
    void move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    QString hint() const override;

private:
    std::string m_domain;
    Qt::Edges m_edges;
    QPointF m_start;
    QRectF m_before, m_after, m_needed;
};

// Draws a link from a node or group. What it may end on glows, the rest dims, and the reason for a refusal
// stands at the cursor.
class LinkGesture : public Gesture {
public:
    // fromClick: begun by a click (or a menu), so that it ends with a second click instead of the release.
    LinkGesture(CanvasView& view, std::string from, QPointF scenePos, bool fromClick = false);
    // Takes the arrow of an existing link to another target.
    static std::unique_ptr<LinkGesture> reroute(CanvasView& view, const std::string& link, QPointF scenePos);
    void move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    void paint(QPainter& painter) override;
    QString hint() const override;
    QString tip() const override { return m_tip; }
    bool tipIsRefusal() const override { return m_refused; }
    bool waitsForClick() const { return m_waitsForClick; }

private:
    void emphasise();
    std::string m_from, m_over;
    std::string m_rerouted; // the link whose arrow is dragged; "" when a new one is drawn
    QPointF m_start, m_at;
    std::map<std::string, std::string> m_refusals; // end -> sentence, "" when it may
    QString m_tip;
    bool m_refused = false;
    bool m_waitsForClick = false;
    bool m_moved = false;
};

// Left to right takes what lies wholly inside, right to left what it touches. Shift adds, Ctrl toggles.
class BandGesture : public Gesture {
public:
    BandGesture(CanvasView& view, QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers);
    void move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    void paint(QPainter& painter) override;
    QString hint() const override;

private:
    std::vector<std::string> chosen() const;
    QPointF m_start, m_at;
    QPoint m_startPixel;
    bool m_banding = false;
    Qt::KeyboardModifiers m_modifiers;
};

class PanGesture : public Gesture {
public:
    // onClick: what a press without a drag means (the context menu of the right button); may be empty.
    PanGesture(CanvasView& view, QPoint viewPos, std::function<void()> onClick = {});
    ~PanGesture() override;
    void move(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void release(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers) override;
    void cancel() override {}

private:
    QPoint m_start, m_last;
    bool m_panning = false;
    std::function<void()> m_onClick;
};

} // namespace alwayson::gui
