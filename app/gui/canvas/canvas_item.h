#pragma once
// What all things on the canvas have in common. Items are views: they hold what they paint and know nothing
// of the session; the scene feeds them and the view handles the mouse. No item caches and no effects: they
// would turn vectors into bitmaps.

#include <QGraphicsItem>

#include <string>

namespace alwayson::gui {

class Theme;

// Below this zoom items are painted as plain shapes without words.
inline constexpr double kPlainBelow = 0.35;

// While something is being linked or dropped.
enum class Emphasis { none, target, dimmed };

class CanvasItem : public QGraphicsItem {
public:
    CanvasItem(std::string id, const Theme& theme) : m_theme(theme), m_id(std::move(id)) {}
    const std::string& id() const { return m_id; }
    bool isMarked() const { return m_marked; }
    void setMarked(bool marked) { change(m_marked, marked); }
    void setHovered(bool hovered) { change(m_hovered, hovered); }
    void setKeyboardFocus(bool focus) { change(m_keyboardFocus, focus); }
    Emphasis emphasis() const { return m_emphasis; }
    void setEmphasis(Emphasis emphasis) {
        change(m_emphasis, emphasis);
        setOpacity(emphasis == Emphasis::dimmed ? 0.35 : 1);
    }
    // Whether a click at the scene point means this item. `pixel`: scene units per screen pixel.
    virtual bool isHit(QPointF scenePos, double pixel) const = 0;
    // How often it was asked to repaint itself, for tests of "only what changed is painted".
    int updates() const { return m_updates; }

protected:
    template <class T>
    bool change(T& member, const T& value) {
        if (member == value) return false;
        member = value;
        repaint();
        return true;
    }
    void repaint() {
        ++m_updates;
        update();
    }
    const Theme& m_theme;
    std::string m_id;
    bool m_marked = false;
    bool m_hovered = false;
    bool m_keyboardFocus = false;
    Emphasis m_emphasis = Emphasis::none;
    int m_updates = 0;
};

} // namespace alwayson::gui
