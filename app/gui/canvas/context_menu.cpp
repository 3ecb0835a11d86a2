#include "app/gui/canvas/context_menu.h"

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"

#include <QMenu>
#include <QTimer>

#include <algorithm>
#include <functional>

namespace alwayson::gui {

namespace {

QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

bool isDown(const CanvasView& view, const std::string& id) {
    const LiveNode* live = view.canvasScene().live(id);
    return live && live->frame.state != NodeState::up;
}

// When the menu is off the screen: what follows is to be seen, and the menu is not to stand over it while the
// machine is busy.
void afterTheMenu(CanvasView& view, std::function<void()> deed) {
    constexpr int kTwoFramesMs = 30;
    QTimer::singleShot(kTwoFramesMs, &view, std::move(deed));
}

QAction* addCause(QMenu& menu, CanvasView& view, const QString& words, ScenarioEvent event) {
    Session& session = view.session();
    QAction* action = menu.addAction(words);
    QObject::connect(action, &QAction::triggered, &view, [&view, &session, event = std::move(event)] {
        afterTheMenu(view, [&session, event] {
            if (session.runState() == Session::RunState::idle) session.startRun({});
            session.cause(event);
        });
    });
    return action;
}

ScenarioEvent eventOn(const char* action, const std::string& what) {
    ScenarioEvent event;
    event.action = action;
    event.what = what;
    return event;
}

// Nodes and places whose network breaks while they run on.
void addCuts(QMenu& menu, CanvasView& view, const std::string& id) {
    const bool running = view.session().runState() != Session::RunState::idle;
    QMenu* cut = menu.addMenu(view.theme().icon(QStringLiteral("isolate"), Tone::bad),
                              running ? QStringLiteral("Cut off") : QStringLiteral("Run and cut off"));
    const std::pair<const char*, const char*> directions[] = {
        {"both", "From everything"}, {"in", "Nothing gets in"}, {"out", "Nothing gets out"}};
    for (const auto& [direction, words] : directions) {
        ScenarioEvent event = eventOn("isolate", id);
        if (std::string_view(direction) != "both") event.parameters["direction"] = std::string(direction);
        addCause(*cut, view, QString::fromLatin1(words), std::move(event))
            ->setObjectName(QStringLiteral("cut:%1").arg(QLatin1String(direction)));
    }
    if (!view.session().isCut(id)) return;
    QAction* join = addCause(menu, view, QStringLiteral("Reconnect"), eventOn("heal", id));
    join->setIcon(view.theme().icon(QStringLiteral("connect"), Tone::ok));
    join->setObjectName(QStringLiteral("reconnect"));
}

void addDeployment(QMenu& menu, CanvasView& view, const Group& group) {
    if (!hasMechanism(group, "deployment") || membersOf(view.session().design(), group.id).empty() ||
        !view.session().whyNotCause().isEmpty())
        return;
    const bool running = view.session().runState() != Session::RunState::idle;
    QAction* deploy = addCause(menu, view,
                               running ? QStringLiteral("Deploy a bad version")
                                       : QStringLiteral("Run and deploy a bad version"),
                               eventOn("deploy", group.id.str()));
    deploy->setIcon(view.theme().icon(QStringLiteral("deploy"), Tone::bad));
    deploy->setObjectName(QStringLiteral("deploy-bad"));
}

void addFailures(QMenu& menu, CanvasView& view, const std::string& id,
                 const std::vector<ResolvedFailureMode>& modes) {
    if (modes.empty()) return;
    Session& session = view.session();
    if (const QString why = session.whyNotCause(); !why.isEmpty()) {
        QAction* reason =
            menu.addAction(view.theme().icon(QStringLiteral("kill"), Tone::faint), QStringLiteral("Kill"));
        reason->setObjectName(QStringLiteral("kill-not-now"));
        reason->setText(QStringLiteral("Kill: ") + why.left(1).toLower() + why.mid(1));
        reason->setEnabled(false);
        return;
    }
    const bool running = session.runState() != Session::RunState::idle;
    QMenu* kill = menu.addMenu(view.theme().icon(QStringLiteral("kill"), Tone::bad),
                               running ? QStringLiteral("Fail as") : QStringLiteral("Run and fail as"));
    for (const ResolvedFailureMode& mode : modes) {
        QAction* action = kill->addAction(qt(mode.title));
        action->setObjectName(QStringLiteral("kill:%1").arg(qt(mode.id)));
        QObject::connect(action, &QAction::triggered, &view, [&view, &session, id, mode = qt(mode.id)] {
            afterTheMenu(view, [&session, id, mode] {
                if (session.runState() == Session::RunState::idle) session.startRun({});
                session.kill(qt(id), mode);
            });
        });
    }
    addCuts(menu, view, id);
    // What no failure of its own broke has nothing to be healed from.
    if (!running || !(view.session().isFailed(id) || isDown(view, id))) return;
    QAction* heal =
        menu.addAction(view.theme().icon(QStringLiteral("heal"), Tone::ok), QStringLiteral("Heal"));
    heal->setObjectName(QStringLiteral("heal"));
    QObject::connect(heal, &QAction::triggered, &view,
                     [&view, &session, id] { afterTheMenu(view, [&session, id] { session.heal(qt(id)); }); });
}

bool isIn(const Design& design, const Node& node, const std::string& groupKind) {
    const Group* group = node.group ? design.groups.find(node.group->str()) : nullptr;
    return group && group->kind == groupKind;
}

void addAligning(QMenu& menu, CanvasView& view) {
    const qsizetype count = view.session().selection().size();
    if (count < 2) return;
    QMenu* align = menu.addMenu(QStringLiteral("Align"));
    const std::pair<const char*, Qt::Alignment> ways[] = {
        {"Left", Qt::AlignLeft}, {"Centre", Qt::AlignHCenter}, {"Right", Qt::AlignRight},
        {"Top", Qt::AlignTop},   {"Middle", Qt::AlignVCenter}, {"Bottom", Qt::AlignBottom}};
    for (const auto& [name, way] : ways)
        QObject::connect(align->addAction(QString::fromLatin1(name)), &QAction::triggered, &view,
                         [&view, way = way] { view.alignSelection(way); });
    if (count < 3) return;
    align->addSeparator();
    QObject::connect(align->addAction(QStringLiteral("Same gaps across")), &QAction::triggered, &view,
                     [&view] { view.distributeSelection(Qt::Horizontal); });
    QObject::connect(align->addAction(QStringLiteral("Same gaps down")), &QAction::triggered, &view,
                     [&view] { view.distributeSelection(Qt::Vertical); });
}

void addEditing(QMenu& menu, CanvasView& view, const std::string& id) {
    const Design& design = view.session().design();
    if (!design.links.contains(id)) {
        QAction* rename =
            menu.addAction(view.theme().icon(QStringLiteral("rename")), QStringLiteral("Rename"));
        rename->setShortcut(Qt::Key_F2);
        QObject::connect(rename, &QAction::triggered, &view, &CanvasView::renameSelection);
    }
    const QStringList selection = view.session().selection();
    for (const Descriptor& kind : Catalogue::builtIn().groups())
        for (const QString& chosen : selection)
            if (const Node* node = design.nodes.find(chosen.toStdString());
                node && mayJoin(*node, kind.id) && !isIn(design, *node, kind.id)) {
                QString title = qt(kind.title); // "VRRP pair" and "MySQL replication" stay as they are
                if (std::none_of(title.cbegin() + 1, title.cend(), [](QChar c) { return c.isUpper(); }))
                    title = title.toLower();
                QAction* group = menu.addAction(view.theme().icon(qt(kind.icon)),
                                                QStringLiteral("Group into %1").arg(title));
                group->setObjectName(QStringLiteral("group:%1").arg(qt(kind.id)));
                QObject::connect(group, &QAction::triggered, &view,
                                 [&view, id = qt(kind.id)] { view.groupSelection(id); });
                break;
            }
    if (const Node* node = design.nodes.find(id); node && node->group) {
        QAction* leave =
            menu.addAction(QStringLiteral("Take out of %1").arg(words::nameOf(design, node->group->str())));
        QObject::connect(leave, &QAction::triggered, &view,
                         [&view, id, label = "Take " + id + " out of " + node->group->str()] {
                             view.session().apply(
                                 operation::set(Collection::nodes, id, "/group", Json(), label));
                         });
    }
    addAligning(menu, view);
    menu.addSeparator();
    QAction* copy = menu.addAction(view.theme().icon(QStringLiteral("copy")), QStringLiteral("Copy"));
    copy->setShortcut(QKeySequence::Copy);
    QObject::connect(copy, &QAction::triggered, &view, &CanvasView::copySelection);
    QAction* duplicate = menu.addAction(QStringLiteral("Duplicate"));
    duplicate->setShortcut(Qt::CTRL | Qt::Key_D);
    QObject::connect(duplicate, &QAction::triggered, &view, &CanvasView::duplicateSelection);
    QAction* remove =
        menu.addAction(view.theme().icon(QStringLiteral("trash"), Tone::bad), QStringLiteral("Delete"));
    remove->setShortcut(QKeySequence::Delete);
    QObject::connect(remove, &QAction::triggered, &view, &CanvasView::deleteSelection);
}

} // namespace

QMenu* makeContextMenu(CanvasView& view, const std::string& id, QPointF scenePos) {
    const Design& design = view.session().design();
    auto* menu = new QMenu(&view);
    if (const Node* node = design.nodes.find(id)) addFailures(*menu, view, id, failureModesOf(*node));
    if (const Domain* domain = design.domains.find(id)) addFailures(*menu, view, id, failureModesOf(*domain));
    if (const Group* group = design.groups.find(id)) addDeployment(*menu, view, *group);
    if (design.nodes.contains(id) || design.groups.contains(id)) {
        QAction* link =
            menu->addAction(view.theme().icon(QStringLiteral("connect")), QStringLiteral("Link from here"));
        link->setObjectName(QStringLiteral("link-from-here"));
        QObject::connect(link, &QAction::triggered, &view,
                         [&view, id, scenePos] { view.linkFrom(qt(id), scenePos); });
    }
    if (!menu->isEmpty()) menu->addSeparator();
    if (!id.empty()) {
        addEditing(*menu, view, id);
        return menu;
    }
    QAction* paste = menu->addAction(QStringLiteral("Paste"));
    paste->setShortcut(QKeySequence::Paste);
    QObject::connect(paste, &QAction::triggered, &view, &CanvasView::paste);
    QAction* all = menu->addAction(QStringLiteral("Select all"));
    all->setShortcut(QKeySequence::SelectAll);
    QObject::connect(all, &QAction::triggered, &view, &CanvasView::selectAll);
    QAction* fit =
        menu->addAction(view.theme().icon(QStringLiteral("fit")), QStringLiteral("Show everything"));
    QObject::connect(fit, &QAction::triggered, &view, &CanvasView::zoomToFit);
    return menu;
}

} // namespace alwayson::gui
