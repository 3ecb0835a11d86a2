#include "app/gui/window/actions.h"

#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/ui.h"

#include <QAction>
#include <QMenu>
#include <QWidget>

namespace alwayson::gui {

namespace {

#define AON_TEXT(text) QT_TRANSLATE_NOOP("Actions", text)

constexpr ActionSpec kTable[] = {
    {"file.start", AON_TEXT("File"), AON_TEXT("Start page"), "Ctrl+N", "template"},
    {"file.open", AON_TEXT("File"), AON_TEXT("Open..."), "Ctrl+O", "open"},
    {"file.save", AON_TEXT("File"), AON_TEXT("Save"), "Ctrl+S", "save", Need::always, false, true},
    {"file.saveAs", AON_TEXT("File"), AON_TEXT("Save as..."), "Ctrl+Shift+S", ""},
    {"file.export", AON_TEXT("File"), AON_TEXT("Export configuration"), "Ctrl+E", "export", Need::objects},
    {"file.quit", AON_TEXT("File"), AON_TEXT("Quit"), "Ctrl+Q", "", Need::always, false, true},

    {"edit.undo", AON_TEXT("Edit"), AON_TEXT("Undo"), "Ctrl+Z", "undo", Need::undo},
    {"edit.redo", AON_TEXT("Edit"), AON_TEXT("Redo"), "Ctrl+Shift+Z", "redo", Need::redo},
    {"edit.cut", AON_TEXT("Edit"), AON_TEXT("Cut"), "Ctrl+X", "", Need::selection, false, true},
    {"edit.copy", AON_TEXT("Edit"), AON_TEXT("Copy"), "Ctrl+C", "copy", Need::selection},
    {"edit.paste", AON_TEXT("Edit"), AON_TEXT("Paste"), "Ctrl+V", ""},
    {"edit.duplicate", AON_TEXT("Edit"), AON_TEXT("Duplicate"), "Ctrl+D", "", Need::selection},
    {"edit.delete", AON_TEXT("Edit"), AON_TEXT("Delete"), "Del", "trash", Need::selection},
    {"edit.rename", AON_TEXT("Edit"), AON_TEXT("Rename"), "F2", "rename", Need::selection},
    {"edit.group", AON_TEXT("Edit"), AON_TEXT("Group as a pool"), "Ctrl+G", "pool", Need::selection},
    {"edit.selectAll", AON_TEXT("Edit"), AON_TEXT("Select all"), "Ctrl+A", "", Need::objects, false, true},
    {"edit.findKind", AON_TEXT("Edit"), AON_TEXT("Search kinds"), "Ctrl+F", "search"},

    {"tool.select", AON_TEXT("Tools"), AON_TEXT("Select"), "V", "select", Need::always, true},
    {"tool.connect", AON_TEXT("Tools"), AON_TEXT("Connect"), "C", "connect", Need::always, true},
    {"tool.pan", AON_TEXT("Tools"), AON_TEXT("Pan"), "H", "pan", Need::always, true},

    {"run.toggle", AON_TEXT("Run"), AON_TEXT("Run"), "F5", "play", Need::runnable},
    {"run.stop", AON_TEXT("Run"), AON_TEXT("Stop"), "Shift+F5", "stop", Need::active},
    {"run.kill", AON_TEXT("Run"), AON_TEXT("Kill what is selected"), "K", "kill", Need::selection, false,
     true},
    {"run.heal", AON_TEXT("Run"), AON_TEXT("Heal what is selected"), "Shift+K", "heal", Need::selection},
    {"run.clearLive", AON_TEXT("Run"), AON_TEXT("Forget the live events"), "", ""},
    {"run.availability", AON_TEXT("Run"), AON_TEXT("Simulate years of failures"), "F9", "clock",
     Need::runnable, false, true},

    {"view.zoomIn", AON_TEXT("View"), AON_TEXT("Zoom in"), "Ctrl++", "plus"},
    {"view.zoomOut", AON_TEXT("View"), AON_TEXT("Zoom out"), "Ctrl+-", "minus"},
    {"view.zoom100", AON_TEXT("View"), AON_TEXT("Zoom to 100 %"), "Ctrl+0", ""},
    {"view.zoomFit", AON_TEXT("View"), AON_TEXT("Zoom to everything"), "Ctrl+1", "fit"},
    {"view.zoomSelection", AON_TEXT("View"), AON_TEXT("Zoom to the selection"), "Ctrl+2", "",
     Need::selection},
    {"view.minimap", AON_TEXT("View"), AON_TEXT("Overview map"), "M", "", Need::always, true, true},
    {"view.problems", AON_TEXT("View"), AON_TEXT("Problems"), "Ctrl+Shift+M", "warning"},
    {"theme.light", AON_TEXT("View"), AON_TEXT("Light"), "", "sun", Need::always, true, true},
    {"theme.dark", AON_TEXT("View"), AON_TEXT("Dark"), "", "moon", Need::always, true},
    {"theme.system", AON_TEXT("View"), AON_TEXT("As the system"), "", "", Need::always, true},

    {"help.about", AON_TEXT("Help"), AON_TEXT("About Always On"), "", ""},
};

#undef AON_TEXT

} // namespace

std::span<const ActionSpec> actionTable() {
    return kTable;
}

Actions::Actions(Session& session, const Theme& theme, QWidget& window)
    : QObject(&window), m_session(session) {
    for (const ActionSpec& spec : kTable) {
        auto* action = new QAction(tr(spec.text), &window);
        action->setObjectName(QLatin1String(spec.id));
        action->setCheckable(spec.checkable);
        if (*spec.shortcut != 0)
            action->setShortcut(QKeySequence(QLatin1String(spec.shortcut), QKeySequence::PortableText));
        if (*spec.icon != 0) action->setIcon(theme.icon(QLatin1String(spec.icon)));
        if (spec.checkable) { // what is in use bears the tick in the menu
            const QIcon own = action->icon(), tick = theme.icon(QStringLiteral("check"), Tone::accent);
            connect(action, &QAction::toggled, action,
                    [action, own, tick](bool on) { action->setIcon(on ? tick : own); });
        }
        window.addAction(action);
        m_actions.insert(QLatin1String(spec.id), action);
    }
    at("edit.redo")
        ->setShortcuts(
            {QKeySequence(QStringLiteral("Ctrl+Shift+Z")), QKeySequence(QStringLiteral("Ctrl+Y"))});
    at("view.zoomIn")
        ->setShortcuts({QKeySequence(QStringLiteral("Ctrl++")), QKeySequence(QStringLiteral("Ctrl+="))});
    const auto follow = [this] { refresh(); };
    connect(&session, &Session::selectionChanged, this, follow);
    connect(&session, &Session::designChanged, this, follow);
    connect(&session, &Session::documentReplaced, this, follow);
    connect(&session, &Session::runStateChanged, this, follow);
    connect(&session, &Session::reportChanged, this, follow);
    QUndoStack& undo = session.undoStack();
    connect(&undo, &QUndoStack::indexChanged, this, follow);
    connect(&undo, &QUndoStack::undoTextChanged, this, follow);
    refresh();
}

QAction* Actions::at(const char* id) const {
    QAction* action = m_actions.value(QLatin1String(id));
    Q_ASSERT(action != nullptr);
    return action;
}

void Actions::bind(const char* id, std::function<void()> run) {
    connect(at(id), &QAction::triggered, this, [run = std::move(run)] { run(); });
}

void Actions::fill(QMenu& menu) const {
    for (const ActionSpec& spec : kTable) {
        const QString heading = tr(spec.menu);
        QMenu*& submenu = m_submenus[heading];
        if (submenu == nullptr) submenu = menu.addMenu(heading);
        if (spec.separator) submenu->addSeparator();
        submenu->addAction(at(spec.id));
    }
}

bool Actions::possible(Need need) const {
    const Session::RunState run = m_session.runState();
    switch (need) {
    case Need::always:
        return true;
    case Need::selection:
        return !m_session.selection().isEmpty();
    case Need::undo:
        return m_session.undoStack().canUndo();
    case Need::redo:
        return m_session.undoStack().canRedo();
    case Need::idle:
        return run == Session::RunState::idle;
    case Need::active:
        return run != Session::RunState::idle;
    case Need::canStart:
        return run != Session::RunState::running;
    case Need::canPause:
        return run == Session::RunState::running;
    case Need::objects:
        return !m_session.design().nodes.empty();
    case Need::runnable:
        return run != Session::RunState::idle || m_session.whyNotRun().isEmpty();
    }
    return true;
}

void Actions::refresh() {
    for (const ActionSpec& spec : kTable)
        at(spec.id)->setEnabled(possible(spec.need));
    const QUndoStack& undo = m_session.undoStack();
    at("edit.undo")->setText(undo.canUndo() ? tr("Undo %1").arg(undo.undoText()) : tr("Undo"));
    at("edit.redo")->setText(undo.canRedo() ? tr("Redo %1").arg(undo.redoText()) : tr("Redo"));
    const Session::RunState run = m_session.runState();
    at("run.toggle")
        ->setText(run == Session::RunState::running  ? tr("Pause")
                  : run == Session::RunState::paused ? tr("Go on")
                                                     : tr("Run"));
    for (const char* id : {"run.toggle", "run.availability"})
        at(id)->setStatusTip(at(id)->isEnabled() ? QString() : m_session.whyNotRun());
}

} // namespace alwayson::gui
