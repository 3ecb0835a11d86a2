#pragma once
// Every action of the window in one table: menus, shortcuts, tooltips and enabled states come from here.

#include <QHash>
#include <QObject>
#include <QString>

#include <functional>
#include <span>

class QAction;
class QMenu;
class QWidget;

namespace alwayson::gui {

class Session;
class Theme;

// What an action needs to be possible.
enum class Need { always, selection, undo, redo, idle, active, canStart, canPause, objects, runnable };

struct ActionSpec {
    const char* id;   // "file.open"
    const char* menu; // heading of its menu
    const char* text;
    const char* shortcut; // portable text, "" none
    const char* icon;     // resources/icons, "" none
    Need need = Need::always;
    bool checkable = false;
    bool separator = false; // a line before it in its menu
};

std::span<const ActionSpec> actionTable();

class Actions : public QObject {
    Q_OBJECT
public:
    // Adds the actions to `window`, so that their shortcuts work wherever the focus is.
    Actions(Session& session, const Theme& theme, QWidget& window);

    QAction* at(const char* id) const; // asserts that it exists
    void bind(const char* id, std::function<void()> run);
    // Submenus by heading, in the order of the table.
    void fill(QMenu& menu) const;
    QMenu* submenu(const QString& heading) const { return m_submenus.value(heading); }
    void refresh(); // enabled states and the names of undo and redo

private:
    bool possible(Need need) const;
    Session& m_session;
    QHash<QString, QAction*> m_actions;
    mutable QHash<QString, QMenu*> m_submenus;
};

} // namespace alwayson::gui
