#pragma once
// The canvas: shows the session's design and turns mouse and keyboard into operations on it. All changes go
// through Session::apply; one gesture is one undo entry.

#include <QGraphicsView>
#include <QPointer>

#include <memory>
#include <string>

class QMimeData;

namespace alwayson::gui {

class CanvasScene;
class Gesture;
class InlineRename;
class LinkTip;
class Minimap;
class PlaybackAnimator;
class Session;
class Theme;

class CanvasView : public QGraphicsView {
    Q_OBJECT
public:
    enum class Tool { select, connect, pan };
    Q_ENUM(Tool)

    static constexpr double kMinimumZoom = 0.1;
    static constexpr double kMaximumZoom = 4;
    // Drags from the palette carry this; the data is "kinds/haproxy", "domains/zone" or "groups/pool" in
    // UTF-8.
    static constexpr const char* kPaletteMime = "application/x-alwayson-kind";

    CanvasView(Session& session, const Theme& theme, QWidget* parent = nullptr);
    ~CanvasView() override;

    Session& session() const { return m_session; }
    const Theme& theme() const { return m_theme; }
    CanvasScene& canvasScene() const { return *m_scene; }
    Tool tool() const { return m_tool; }
    double zoom() const; // 1 = 100 %
    // Zooms so that the scene point under `anchor` (viewport coordinates) stays where it is. Clamped
    // to 10..400 %.
    void setZoom(double zoom, QPointF anchor);
    bool gestureRunning() const { return m_gesture != nullptr; }
    // What the mouse says near the cursor while linking ("" when nothing): for tests and screen readers.
    QString linkHint() const;
    Minimap& minimap() const { return *m_minimap; }
    const LinkTip& tip() const { return *m_tip; }

public slots:
    void setTool(alwayson::gui::CanvasView::Tool tool);
    void zoomIn();
    void zoomOut();
    void zoomToFit();
    void refit();         // shows all of it again, unless the view was zoomed or moved since it did
    void refitIfHidden(); // the same, when some of it lies outside of the view: what made room for a drop
    void zoomToSelection();
    void zoomTo100();
    // "kinds/haproxy", "domains/zone", "groups/pool": a new thing at the middle of what is visible.
    void placeAtCentre(const QString& descriptorPath);
    void centreOn(const QString& id);
    void selectAll();
    void deleteSelection();
    void renameSelection(); // inline editor on the first selected thing
    void copySelection();
    void cutSelection();
    void paste(); // at the cursor when it is over the canvas, else in the middle
    void duplicateSelection();
    void groupSelection(const QString& groupKind); // "pool"
    void alignSelection(Qt::Alignment alignment);  // one of left, hcentre, right, top, vcentre, bottom
    void distributeSelection(Qt::Orientation orientation); // equal gaps between three or more
    void cancelGesture();
    // Starts a link that follows the mouse until the next click (or Esc).
    void linkFrom(const QString& id, QPointF scenePos);
    void setMinimapVisible(bool visible);

signals:
    void toolChanged(alwayson::gui::CanvasView::Tool tool);
    void zoomChanged(double zoom);
    void statusHint(const QString& hint); // what the current tool offers, for the status line
    // A double click on a thing without a name of its own (a link), or Enter: open the inspector on it.
    void inspectRequested(const QString& id);

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void beginGesture(std::unique_ptr<Gesture> gesture);
    void endGesture();
    std::unique_ptr<Gesture> gestureFor(QPointF scenePos, QPoint viewPos, Qt::KeyboardModifiers modifiers);
    void startRename(const std::string& id);
    void showContextMenu(QPoint viewPos, QPoint globalPos);
    void walk(int key); // to the nearest thing in the direction of an arrow key
    bool editKey(QKeyEvent* event);
    bool moveKey(QKeyEvent* event);
    void nudge(QPointF by);
    void focusThing(const std::string& id);
    void updateHover(QPoint viewPos);
    void updateCursor();
    void updateHint();
    void updateTip(QPoint globalPos);
    void growSceneRect();
    void documentReplaced();
    bool showPaletteGhost(QPoint viewPos, const QMimeData* mime, Qt::KeyboardModifiers modifiers);
    void clearPaletteGhost();
    void paintPaletteGhost(QPainter& painter);
    void paintEmptyState(QPainter& painter);

    Session& m_session;
    const Theme& m_theme;
    CanvasScene* m_scene = nullptr;
    Minimap* m_minimap = nullptr;
    LinkTip* m_tip = nullptr;
    std::unique_ptr<Gesture> m_gesture;
    std::unique_ptr<PlaybackAnimator> m_playback;
    QPointer<InlineRename> m_rename;
    Tool m_tool = Tool::select;
    bool m_spaceHeld = false;
    bool m_fitPending = true; // a new document is shown whole as soon as the view is seen
    bool m_ownView = false;   // zoomed or moved by hand since all of it was shown
    bool m_drawn = false;     // something was added since then: it stays under the mouse
    bool m_arranging = false; // what scrolls now is not the user
    QSize m_windowSize;
    QPoint m_lastMouse;     // in the viewport
    int m_nudgeGesture = 0; // arrow keys in a row are one undo entry
    double m_wheelRest = 0; // parts of a wheel step not yet used
    struct PaletteDrag;
    std::unique_ptr<PaletteDrag> m_paletteDrag;
};

} // namespace alwayson::gui
